"""The index on FAISS.

FAISS' own index may not be searched while it is written to. So the rows are kept here, FAISS compares them,
and a search works on the state that was there when it began: it takes no lock, and no writer waits for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from common.wire import Vectors
from services.adapters.faiss_index.files import KIND, MAPPED, load_rows
from services.adapters.faiss_index.frozen import FrozenIndex
from services.adapters.faiss_index.held import with_only
from services.adapters.faiss_index.rows import Rows, State, joined
from services.core.domain import IndexChange
from services.core.index_state import IndexState
from services.core.records import Neighbour
from services.core.search.columns import Columns

# As many as 64 queries have with 6,000 items of five views.
FEW_COSINES = 2_000_000


class FaissIndex:
    """A KnnIndex; FAISS compares with `threads` threads a search."""

    def __init__(self, *, dim: int, threads: int = 1, few_cosines: int = FEW_COSINES) -> None:
        """Up to `few_cosines` of a search all are compared item by item, instead of FAISS' nearest rows."""
        self._dim, self._threads, self._few_cosines = dim, threads, few_cosines
        self._state = State(Rows.none(dim), Rows.none(dim))
        # For the writer alone: the places of each item's rows, counted through base and delta.
        self._places: dict[str, range] = {}
        # The number of items by their number of vectors.
        self._views: Counter[int] = Counter()
        self._next_number = 0

    @classmethod
    def loaded(cls, folder: Path, *, dim: int, cursor: int, threads: int = 1) -> FaissIndex:
        """The index of the files that `FrozenIndex.save` wrote; raises InputError or OSError for others."""
        saved, made = load_rows(folder, dim=dim), cls(dim=dim, threads=threads)
        ends = np.cumsum(saved.counts)
        starts = (ends - saved.counts).tolist()
        made._places = dict(zip(saved.item_ids, map(range, starts, ends.tolist()), strict=True))
        made._views = Counter(saved.counts.tolist())
        made._next_number = int(saved.rows.numbers.max(initial=-1)) + 1
        made._state = replace(
            made._state,
            base=saved.rows,
            items=len(saved.item_ids),
            usual_views=_median(made._views),
            cursor=cursor,
        )
        return made

    def __len__(self) -> int:
        return self._state.items

    @property
    def cursor(self) -> int:
        """The store's cursor up to which its changes are applied."""
        return self._state.cursor

    def apply(self, changes: Sequence[IndexChange], *, cursor: int) -> None:
        """Apply changes in one step; raises ValueError, and applies none, for vectors of another shape."""
        latest = {change.item_id: self._checked(change.vectors) for change in changes}
        left = {item_id: self._places[item_id] for item_id in latest if item_id in self._places}
        added = {item_id: vectors for item_id, vectors in latest.items() if vectors is not None}
        state = self._with(
            self._state.without([place for places in left.values() for place in places]), added
        )
        # Nothing has changed before this line: after a failure, such as of memory, the step can be repeated.
        self._note(left, {item_id: len(vectors) for item_id, vectors in added.items()})
        self._state = replace(state, items=len(self._places), usual_views=_median(self._views), cursor=cursor)
        if self._state.is_to_be_folded:
            self._fold()

    def _checked(self, vectors: Vectors | None) -> Vectors | None:
        if vectors is not None and (vectors.ndim != 2 or vectors.shape[1] != self._dim):
            raise ValueError(f"vectors of shape {vectors.shape}; expected [views, {self._dim}]")
        return vectors if vectors is not None and len(vectors) else None

    def _with(self, state: State, added: Mapping[str, Vectors]) -> State:
        """The state with these items' rows."""
        if not added:
            return state
        item_ids = [item_id for item_id, vectors in added.items() for _ in vectors]
        together = np.concatenate(list(added.values()))
        counts = [len(vectors) for vectors in added.values()]
        delta = state.delta.with_more(together, item_ids, counts=counts, first_number=self._next_number)
        return replace(state, delta=delta)

    def _note(self, left: Mapping[str, range], added: Mapping[str, int]) -> None:
        """Remember the places of the items' rows, of which a number is added behind all others."""
        place = len(self._state.base) + len(self._state.delta)
        for item_id, places in left.items():
            del self._places[item_id]
            self._views[len(places)] -= 1
        for item_id, count in added.items():
            self._places[item_id] = range(place, place + count)
            self._views[count] += 1
            place += count
            self._next_number += count

    def _fold(self) -> None:
        """Make a new base of all rows that belong to items; searches use the old state meanwhile."""
        state = self._state
        rank = np.cumsum(np.concatenate([rows.alive for rows in state.parts])) - 1
        moved = {
            item_id: range(int(rank[places.start]), int(rank[places.start]) + len(places))
            for item_id, places in self._places.items()
        }
        folded = replace(state, base=joined(state.parts, self._dim), delta=Rows.none(self._dim))
        self._places, self._state = moved, folded

    def search(self, vectors: Vectors, *, k: int) -> list[list[Neighbour]]:
        """For each row of float32 [n, dim] its k nearest items, nearest first, an item at most once."""
        return self.frozen().search(vectors, k=k)

    def columns(self, vectors: Vectors, *, k: int) -> Columns | None:
        """What `search` finds, as columns; None where all rows are too many to be compared item by item."""
        return self.frozen().columns(vectors, k=k)

    def state(self) -> IndexState:
        """The index as it is now."""
        state = self._state
        base, delta, left = len(state.base), len(state.delta), state.base.left + state.delta.left
        return IndexState(
            "exact",
            state.items,
            base + delta - left,
            base=base,
            delta=delta,
            tombstones=left,
            recall=1.0,
            memory=state.base.memory + state.delta.memory,
            mapped=state.base.mapped,
        )

    def frozen(self) -> FrozenIndex:
        """The index as it is now, whatever is applied later."""
        return FrozenIndex(self._state, self._threads, self._few_cosines)

    def number_from(self, first: int) -> None:
        """Give the rows that are added from now on numbers from `first` on, or higher ones."""
        self._next_number = max(self._next_number, first)

    def only(self, item_ids: Collection[str]) -> FaissIndex:
        """A new index of those of these items that it has, whose rows keep their numbers."""
        made = FaissIndex(dim=self._dim, threads=self._threads, few_cosines=self._few_cosines)
        kept = {item_id: self._places[item_id] for item_id in item_ids if item_id in self._places}
        ordered = sorted(kept, key=lambda item_id: kept[item_id].start)
        state = with_only(self._state, list(kept.values()), self._dim)
        made._note({}, {item_id: len(kept[item_id]) for item_id in ordered})
        made._state = replace(state, usual_views=_median(made._views))
        made._next_number = self._next_number
        return made


@dataclass(frozen=True, slots=True)
class FaissFiles:
    """The form of a FaissIndex's files; an index that is loaded compares with `threads` threads."""

    threads: int = 1
    kind: str = KIND
    mapped: frozenset[str] = MAPPED

    def load(self, folder: Path, /, *, dim: int, cursor: int) -> FaissIndex:
        """The index of these files; raises InputError or OSError for others."""
        return FaissIndex.loaded(folder, dim=dim, cursor=cursor, threads=self.threads)


def _median(counts: Counter[int]) -> int:
    """The lower median of counted numbers; 1 if there are none."""
    before, half = 0, counts.total() / 2
    for number in sorted(counts):
        before += counts[number]
        if before >= half and before:
            return number
    return 1
