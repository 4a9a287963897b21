"""What is left of a training beside the endpoint that it made: a search starts from it, and reads no item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from services.core.domain import ItemFacts
from services.core.errors import UnavailableError
from services.core.search.distances import Distances
from services.core.search.sketches import Sketches
from services.core.search.space import PLAIN, Space, Standing


@dataclass(frozen=True, slots=True)
class TrainedIndex:
    """The items of one training, of a model and a dimension, as of the store's `cursor`.

    The rows of the endpoint are numbered through the items, in the order of `facts`; `row_counts` are the
    numbers of their rows, int64 [items]. The vectors themselves are the endpoint's alone. They are those of
    `space`, from which what is shipped with the model is left out; `sketches`, int8 [rows, SKETCH_DIM], are
    those of the pictures' own vectors. `rows_answered` is the number of rows that the endpoint gives for a
    query, fixed at the training.
    """

    training: str
    model: str
    dim: int
    cursor: int
    facts: tuple[ItemFacts, ...]
    row_counts: NDArray[np.int64]
    sketches: Sketches
    space: Space = PLAIN
    standings: Mapping[str, Standing] = field(default_factory=dict)
    # The items with vectors of another version's recipe.
    other_recipe: frozenset[str] = frozenset()
    # The items that were left out because they are damaged, with the reasons.
    damaged: Mapping[str, str] = field(default_factory=dict)
    rows_answered: int = 0
    distances: Distances = Distances.L2
    # How widely the server searches, in its own measure, and the recall and rate measured with that.
    breadth: int = 0
    recall: float | None = None
    rate: float | None = None

    @property
    def rows(self) -> int:
        """The number of the endpoint's rows."""
        return int(self.row_counts.sum())

    @property
    def item_ids(self) -> list[str]:
        """The id of each row's item."""
        ids = np.array([item.id for item in self.facts], object)
        found: list[str] = np.repeat(ids, self.row_counts).tolist()
        return found


class RetrainedError(UnavailableError):
    """The endpoint answered from another training than the index's: `training` is its name."""

    def __init__(self, text: str, *, training: str) -> None:
        super().__init__(text)
        self.training = training


class TrainedStore(Protocol):
    """Keeps what trainings left; every call may raise UnavailableError."""

    def newest(self) -> str | None:
        """The name of the newest training, None if there is none."""

    def load(self, training: str | None = None) -> TrainedIndex | None:
        """What a training left, by default the newest; None if there is none."""

    def save(self, trained: TrainedIndex) -> None:
        """Keep what a training left, durable on return; it is the newest from then on."""

    def remove(self, training: str) -> None:
        """Drop what a training left, if it is there."""
