"""The use case of a publication: the catalogue as it is now becomes the rows of another server."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from common.wire import Vectors
from services.core.ports import ItemStore
from services.core.search.fixed_base import FixedBase
from services.core.search.gathering import gather, rows_again
from services.core.search.probes import FOUND, Sample, exact_items, measured
from services.core.search.space import ModelSpace
from services.core.search.trained import TrainedIndex, TrainedStore

# Shows progress: the step, the number done, and the number in all, 0 where that is not known.
Note = Callable[[str, int, int], object]


class RowServer(Protocol):
    """Holds the rows of trainings, each for itself; every call may raise UnavailableError."""

    @property
    def breadths(self) -> Sequence[int]:
        """How widely its searches may reach, the quickest first; one that is exact has (0,)."""

    def begin(self, training: str, dim: int) -> None:
        """Make room for the rows of a training, which has none yet."""

    def add(self, training: str, rows_of_items: Sequence[Vectors]) -> None:
        """Add the rows, float32 [n, dim], of the next items; items and rows are numbered in this order."""

    def finish(self, training: str) -> None:
        """Make what was added searchable; returns when it is."""

    def base(self, trained: TrainedIndex) -> FixedBase:
        """The rows of a training, searched as widely as it says."""

    def clean(self, keep: Sequence[str]) -> list[str]:
        """Remove all trainings that began before the last of these, but these; gives the names of those."""


@dataclass(frozen=True, slots=True)
class Publication:
    """Publishes the catalogue; searches that follow it go over to it by themselves."""

    store: ItemStore
    trainings: TrainedStore
    server: RowServer
    space_of: Callable[[str], ModelSpace | None]
    recall: float = 0.99
    note: Note = lambda _what, _done, _total: None

    def run(self) -> TrainedIndex:
        """Publish, measure, and remove what no search uses any more: all but this one and the one before.

        What an interrupted publication left is removed by the next one. Raises InputError for an empty
        catalogue, or UnavailableError; then searches go on with what they had.
        """
        before, training = self.trainings.newest(), _name()
        sample, begun = Sample(), False

        def take(rows_of_items: Sequence[Vectors]) -> None:
            nonlocal begun
            if not rows_of_items:
                return
            if not begun:
                self.server.begin(training, rows_of_items[0].shape[1])
                begun = True
            self.server.add(training, rows_of_items)
            sample.take(rows_of_items)

        found = gather(
            self.store,
            training=training,
            space_of=self.space_of,
            note=lambda done, total: self.note("reading items", done, total),
            take=take,
        )
        self.note("building the index", 0, 0)
        self.server.finish(training)
        trained = self._measured(found.trained, sample)
        self.trainings.save(trained)
        for gone in self.server.clean([each for each in (before, training) if each]):
            self.trainings.remove(gone)
        return trained

    def _measured(self, trained: TrainedIndex, sample: Sample) -> TrainedIndex:
        """The training with the breadth that reaches the recall, and what was measured at it."""
        self.note("measuring recall", 0, 0)
        queries, numbers = sample.queries(), {item.id: number for number, item in enumerate(trained.facts)}
        pages = rows_again(self.store, trained, self.space_of(trained.model))
        exact = exact_items(queries, pages, k=FOUND)

        @lru_cache
        def base(breadth: int) -> FixedBase:
            return self.server.base(replace(trained, breadth=breadth))

        def search(some: Vectors, breadth: int) -> list[list[int]]:
            found = base(breadth).nearest(some, gone=frozenset(), k=FOUND)
            return [[numbers[each.item_id] for each in neighbours] for neighbours in found]

        best = measured(search, queries, exact, breadths=self.server.breadths, target=self.recall)
        return replace(trained, breadth=best.breadth, recall=best.recall, rate=best.rate)


def _name() -> str:
    """A name for a training, behind those of earlier ones in the order of letters."""
    return f"t{time.strftime('%Y%m%d%H%M%S', time.gmtime())}_{secrets.token_hex(3)}"
