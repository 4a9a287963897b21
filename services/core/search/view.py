"""The state of a catalogue that a search sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.core.domain import ItemFacts
from services.core.ports import KnnSearch
from services.core.search.catalogue_copy import CatalogueCopy
from services.core.search.code_book import CodeBook
from services.core.search.space import PLAIN, Space, Standing
from services.core.search.spaced_index import SpacedIndex
from services.core.search.verdict import Calibration


@dataclass(frozen=True, slots=True)
class View:
    """The state that a search sees: an index of one model's vectors, its items' facts and what people said.

    The index holds the vectors that `space` makes, and `standings` make scores of their cosines.
    `facts` are those of the items that can be found; an item that has just gone may be in an answer of the
    index and no longer here. The space of a training `is_kept` until another one. `codes` finds items by what
    their barcodes say.
    """

    model: str
    dim: int
    index: KnnSearch
    calibration: Calibration = field(default_factory=Calibration)
    facts: Mapping[str, ItemFacts] = field(default_factory=dict)
    space: Space = PLAIN
    standings: Mapping[str, Standing] = field(default_factory=dict)
    is_kept: bool = False
    codes: CodeBook = field(default_factory=CodeBook)

    @property
    def compared(self) -> SpacedIndex:
        """The index, to be searched by vectors of the space or by pictures' own."""
        return SpacedIndex(self.index, self.space, self.standings)


def view_of(copy: CatalogueCopy) -> View:
    """The view of a copy that has just been read."""
    calibration = Calibration(dict(copy.leaning))
    view = View(copy.model, copy.dim, copy.index, calibration, copy.facts, copy.space, copy.standings)
    return replace(view, codes=copy.codes)
