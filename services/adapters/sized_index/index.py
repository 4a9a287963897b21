"""The live index: its writes, and the bases that are built beside them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from common.wire import Vectors
from services.adapters.sized_index.frozen import FrozenSized, PlacedBase
from services.adapters.sized_index.parts import ExactIndex, LargeBase
from services.core.domain import IndexChange
from services.core.index_state import IndexState
from services.core.records import Neighbour
from services.core.search.columns import Columns
from services.core.search.held_rows import HeldRows

# Items from which on a base is built, and those beside one: both are faster than an exact search from about
# 1,200 items of three views on.
BUILD_FROM, LEAST_DELTA = 2000, 1000
# What came since is compared exactly: 5,000 items cost a query 3 ms, 50,000 would take 30.
MOST_DELTA = 5000
# The shares of a base that came since, and that are gone, from which on another one is built.
_DELTA_SHARE, _GONE_SHARE = 0.05, 0.1

log = logging.getLogger(__name__)


class SizedIndex:
    """A KnnIndex that builds its bases in a thread; searches and writes wait for none of it."""

    def __init__(
        self,
        *,
        delta: ExactIndex,
        build: Callable[[HeldRows, PlacedBase | None], LargeBase],
        base: PlacedBase | None = None,
        build_from: int = BUILD_FROM,
        least_delta: int = LEAST_DELTA,
        most_delta: int = MOST_DELTA,
    ) -> None:
        """`base` has no item of `delta`; `build` takes a while, and after a failure nothing is changed.

        It gets the base before, whose items that are left are the first of those that it builds one of.
        """
        self._build, self._build_from = build, build_from
        self._least_delta, self._most_delta = least_delta, most_delta
        # For the writer and for the thread that takes a new base over, one at a time.
        self._lock = threading.Lock()
        self._delta = delta
        if base is not None:
            delta.number_from(base.base.next_number)
        self._seen = FrozenSized(base, delta.frozen())
        # The items that were changed since the base under way was begun, None while there is none.
        self._changed: set[str] | None = None
        # After a failure: the size of the delta from which on building is tried again.
        self._again_from = 0
        self._builder: threading.Thread | None = None

    def __len__(self) -> int:
        return len(self._seen)

    @property
    def cursor(self) -> int:
        """The store's cursor up to which its changes are applied."""
        return self._delta.cursor

    def apply(self, changes: Sequence[IndexChange], *, cursor: int) -> None:
        """Apply changes in one step; raises ValueError, and applies none, for vectors of another shape."""
        with self._lock:
            self._delta.apply(changes, cursor=cursor)
            item_ids = {change.item_id for change in changes}
            base = self._seen.base
            self._seen = FrozenSized(base.without(item_ids) if base else None, self._delta.frozen())
            if self._changed is not None:
                self._changed |= item_ids
            elif self._is_due():
                self._begin()

    def search(self, vectors: Vectors, *, k: int) -> list[list[Neighbour]]:
        """For each row of float32 [n, dim] its k nearest items, nearest first, an item at most once."""
        return self._seen.search(vectors, k=k)

    def columns(self, vectors: Vectors, *, k: int) -> Columns | None:
        """What `search` finds, as columns; None beside a base."""
        return self._seen.columns(vectors, k=k)

    def frozen(self) -> FrozenSized:
        """The index as it is now, whatever is applied later."""
        return self._seen

    def state(self) -> IndexState:
        """The index as it is now."""
        seen, delta = self._seen, self._delta.state()
        if seen.base is None:
            return delta
        base = seen.base.base
        left = int(base.counts[~seen.base.gone].sum())
        return replace(
            delta,
            kind="means",
            items=len(seen),
            vectors=left + delta.vectors,
            base=base.vectors,
            delta=delta.vectors,
            tombstones=base.vectors - left + delta.tombstones,
            recall=base.tuned.recall,
            rate=base.tuned.rate,
            memory=base.memory_bytes + (delta.memory or 0) + seen.base.gone.nbytes,
            mapped=base.file_bytes + delta.mapped,
        )

    def settled(self, timeout_s: float) -> bool:
        """Wait until no base is under way any more; whether that came in time."""
        ends_s = time.monotonic() + timeout_s
        while (builder := self._builder) is not None:
            builder.join(max(0, ends_s - time.monotonic()))
            if builder.is_alive():
                return False
            if builder is self._builder:
                break
        return True

    def _is_due(self) -> bool:
        base, later = self._seen.base, len(self._seen.delta)
        if later < self._again_from:
            return False
        if base is None:
            return later >= self._build_from
        is_gone = len(base.gone) - base.left > max(self._least_delta, _GONE_SHARE * len(base.gone))
        share = min(self._most_delta, _DELTA_SHARE * len(base.gone))
        return is_gone or later > max(self._least_delta, share)

    def _begin(self) -> None:
        self._changed = set()
        self._builder = threading.Thread(target=self._renew, args=[self._seen], daemon=True, name="base")
        self._builder.start()

    def _renew(self, seen: FrozenSized) -> None:
        """Build a base of what was there, and take it over."""
        try:
            base = PlacedBase.of(self._build(seen.held(), seen.base)) if len(seen) else None
        except Exception:  # such as a full disk or memory
            log.exception("no base could be built of %d items; the search goes on as it was", len(seen))
            with self._lock:
                self._changed, self._again_from = None, 2 * len(self._seen.delta) + 1
            return
        with self._lock:
            assert self._changed is not None
            delta = self._delta.only(self._changed)
            self._seen = FrozenSized(base.without(self._changed) if base else None, delta.frozen())
            self._delta, self._changed, self._again_from = delta, None, 0
            if self._is_due():  # many changes came meanwhile, and no other may come now
                self._begin()
