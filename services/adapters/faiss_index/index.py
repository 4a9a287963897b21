"""The index on FAISS.

FAISS' own index may not be searched while it is written to. So the rows are kept here, FAISS compares them,
and a search works on the state that was there when it began: it takes no lock, and no writer waits for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.adapters.faiss_index.by_items import columns_by_items, nearest_by_items
from services.adapters.faiss_index.files import KIND, MAPPED, load_rows, save_rows
from services.adapters.faiss_index.held import held_rows, with_only
from services.adapters.faiss_index.rows import Rows, State, joined
from services.core.domain import IndexChange
from services.core.index_state import IndexState
from services.core.records import Neighbour
from services.core.search.columns import Columns
from services.core.search.held_rows import HeldRows

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
class FrozenIndex:
    """A KnnSearch of one state."""

    state: State
    threads: int
    few_cosines: int

    def __len__(self) -> int:
        return self.state.items

    @property
    def file_bytes(self) -> int:
        """About the size of the files that `save` writes."""
        rows = sum(len(part) - part.left for part in self.state.parts)
        dim = int(self.state.base.space.shape[1])
        return rows * (4 * dim + 8)

    def save(self, folder: Path, /, *, breathe: Callable[[], object] = lambda: None) -> None:
        """Write its files into an empty folder; `breathe` is called between small steps."""
        save_rows(self.state, folder, breathe=breathe)

    def held(self) -> HeldRows:
        """Its items and their rows."""
        return held_rows(self.state)

    def search(self, vectors: Vectors, *, k: int) -> list[list[Neighbour]]:
        """As FaissIndex.search."""
        state = self.state
        queries = np.ascontiguousarray(vectors, np.float32)
        if self._has_few(queries):
            return nearest_by_items(state, queries, k=k)
        found: list[list[Neighbour]] = [[] for _ in queries]
        pending = np.arange(len(queries) if state.items else 0)
        # FAISS would take every core; the setting holds for the calling thread alone.
        faiss.omp_set_num_threads(self.threads)
        # Enough for k usual items, and one row behind them; a query near an item of more views is repeated.
        rows = k * state.usual_views + 1
        while len(pending):
            unsettled = []
            for query, (neighbours, settled) in zip(
                pending.tolist(), _nearest(state, queries[pending], rows=rows, k=k), strict=True
            ):
                found[query] = neighbours
                if not settled:
                    unsettled.append(query)
            pending = np.array(unsettled, np.int64)
            rows *= 2
        return found

    def columns(self, vectors: Vectors, *, k: int) -> Columns | None:
        """As FaissIndex.columns."""
        queries = np.ascontiguousarray(vectors, np.float32)
        if not self.state.parts or not self._has_few(queries):
            return None
        return columns_by_items(self.state, queries, k=k)

    def _has_few(self, queries: Vectors) -> bool:
        """Whether all rows can be compared item by item."""
        return len(queries) * (len(self.state.base) + len(self.state.delta)) <= self.few_cosines


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


def _nearest(state: State, queries: Vectors, *, rows: int, k: int) -> Iterator[tuple[list[Neighbour], bool]]:
    """Each query's nearest items by up to `rows` rows of each part, and whether these are all of the k."""
    parts, cosines, numbers, columns = state.parts, [], [], list[NDArray[np.int64]]()
    # The rows of a part that were not fetched are at most as near as the last fetched one.
    limits = np.full(len(queries), -np.inf, np.float32)
    for part in parts:
        near, places = faiss.knn(
            queries, part.vectors, min(rows, len(part)), metric=faiss.METRIC_INNER_PRODUCT
        )
        if rows < len(part):
            limits = np.maximum(limits, near[:, -1])
        # A row that belongs to no item any more counts as behind all others.
        cosines.append(np.where(part.alive[places], near, -np.inf))
        numbers.append(part.numbers[places])
        columns.append(places)
    near, number = np.concatenate(cosines, axis=1), np.concatenate(numbers, axis=1)
    order = np.lexsort((number, -near))
    near, number = np.take_along_axis(near, order, 1), np.take_along_axis(number, order, 1)
    for row, limit in enumerate(limits.tolist()):
        ranked = order[row].tolist()
        ids = [
            part.item_ids[place]
            for part, places in zip(parts, columns, strict=True)
            for place in places[row].tolist()
        ]
        firsts = _first(near[row].tolist(), [ids[column] for column in ranked], k=k, limit=limit)
        vectors = _vectors(parts, [places[row] for places in columns], [ranked[first] for first in firsts])
        found = [
            # For unit vectors |a - b|² = 2 - 2 a·b; rounding can push it just below 0.
            Neighbour(ids[ranked[first]], max(0.0, 2.0 - 2.0 * cosine) ** 0.5, place, vector)
            for first, cosine, place, vector in zip(
                firsts, near[row, firsts].tolist(), number[row, firsts].tolist(), vectors, strict=True
            )
        ]
        yield found, len(found) == k or limit == -np.inf


def _first(cosines: Sequence[float], item_ids: Sequence[str], *, k: int, limit: float) -> list[int]:
    """The places of the nearest rows of the first k items, of rows nearest first, nearer than the limit."""
    firsts, met = list[int](), set[str]()
    for place, item_id in enumerate(item_ids):
        if item_id in met:
            continue
        if cosines[place] <= limit:
            break
        met.add(item_id)
        firsts.append(place)
        if len(firsts) == k:
            break
    return firsts


def _vectors(
    parts: Sequence[Rows], fetched: Sequence[NDArray[np.int64]], columns: Sequence[int]
) -> list[Vectors]:
    """The vectors of columns of a query's fetched rows, which are those of each part in turn."""
    vectors = list[Vectors | None]([None] * len(columns))
    start = 0
    for part, places in zip(parts, fetched, strict=True):
        own = [n for n, column in enumerate(columns) if start <= column < start + len(places)]
        gathered = part.space[places[[columns[n] - start for n in own]]]
        for n, vector in zip(own, gathered, strict=True):
            vectors[n] = vector
        start += len(places)
    return [vector for vector in vectors if vector is not None]
