"""The use case of keeping snapshots: when one is written, and the check of the one that was begun with."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from common.rate_limited_log import RateLimitedLog
from services.core.errors import UnavailableError
from services.core.search.follow import Follower
from services.core.search.snapshot import KeptIndex, Snapshot, SnapshotBusyError, SnapshotStore
from services.core.search.space import Space

# One change in that many items makes another snapshot worth writing: reading changes takes little time.
_SHARE = 100
# The pause between two snapshots, in times that writing one took.
_PAUSE = 20
# Time for a snapshot at the end of the process, which is killed after 5 s.
END_S = 2.0
# Pause between two small steps, in which searches go on.
_BREATH_S = 0.001

log = logging.getLogger(__name__)


class _EndedError(Exception):
    """The process ends, and there is no more time for a snapshot."""


class SnapshotKeeper:
    """Writes a follower's snapshots; one thread calls `turn` and then `end`, any `stop`."""

    def __init__(
        self,
        follower: Follower,
        snapshots: SnapshotStore,
        *,
        every_s: float,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        """`every_s` is the least time between two snapshots."""
        self._follower, self._snapshots, self._every_s = follower, snapshots, every_s
        self._clock, self._pause = clock, pause
        self._next_s, self._took_s = clock(), 0.0
        self._ends_s: float | None = None
        # Space and base of the newest snapshot that this process read or wrote.
        self._made: tuple[Space, int] | None = None
        # The name of the snapshot that was checked.
        self._checked: str | None = None
        self._faults = RateLimitedLog(every_s=600)

    def turn(self) -> None:
        """Check the snapshot that the search began with, once; write one if it is time."""
        try:
            if self._check() and self._clock() >= self._next_s and self._is_due(_SHARE):
                self._save()
        except _EndedError:
            log.info("the process ends before its snapshot is written; the last one stays")

    def stop(self) -> None:
        """Let what is under way end soon."""
        self._ends_s = self._clock() + END_S

    def end(self) -> None:
        """Write what has changed since the last snapshot, if there is time."""
        try:
            if self._took_s <= END_S and self._is_due(None):
                self._save()
        except _EndedError:
            log.info("the process ends before its snapshot is written; the last one stays")

    def _is_due(self, share: int | None) -> bool:
        """Whether enough has changed: one in `share` items, or anything."""
        view, identity, cursor = self._follower.view, self._follower.identity, self._follower.cursor
        if view is None or identity is None or cursor is None or self._follower.loading is not None:
            return False
        # Any process may have written it.
        kept = self._snapshots.cursor(identity)
        if kept is None:
            return True
        enough = len(view.index) // share if share else 1
        return cursor - kept >= max(1, enough) or self._is_made_again()

    def _is_made_again(self) -> bool:
        """Whether space or base took long to make since the newest snapshot, and would again at a start."""
        made, before = self._now_made(), self._made
        return before is not None and made is not None and (made[0] is not before[0] or made[1] != before[1])

    def _now_made(self) -> tuple[Space, int] | None:
        view, knn = self._follower.view, self._follower.knn
        return None if view is None or knn is None else (view.space, knn.base)

    def _save(self) -> None:
        """Write one; what keeps it from that is told of in the log, and it is tried again later."""
        began_s = self._clock()
        self._next_s = began_s + self._every_s
        try:
            made, kept = self._now_made(), self._follower.snapshot()
            if kept is not None:
                self._write(*kept, began_s=began_s)
                self._made = made
        except SnapshotBusyError:
            pass  # another process of this folder has as much to keep
        except UnavailableError as error:
            self._faults.say("save", f"no snapshot: {error}; the search goes on without")

    def _write(self, snapshot: Snapshot, index: KeptIndex, *, began_s: float) -> None:
        self._snapshots.save(snapshot, index, breathe=self._breathe)
        self._took_s = self._clock() - began_s
        self._next_s = self._clock() + max(self._every_s, _PAUSE * self._took_s)
        self._faults.forget("save")
        log.info(
            "snapshot of %d items as of change %d, written in %.1f s",
            len(snapshot.facts),
            snapshot.cursor,
            self._took_s,
        )

    def _check(self) -> bool:
        """Read the large files of the snapshot that the search began with; whether they are sound."""
        resumed = self._follower.resumed
        if resumed is None or resumed.name == self._checked:
            return True
        self._made = self._now_made()
        why = resumed.check(self._breathe)
        self._checked = resumed.name
        if why:
            log.warning("snapshot %s: %s; all items are read instead", resumed.name, why)
            self._snapshots.drop(resumed.name)
            self._follower.doubt()
        else:
            log.info("snapshot %s has been checked", resumed.name)
        return not why

    def _breathe(self) -> None:
        if self._ends_s is not None and self._clock() >= self._ends_s:
            raise _EndedError
        self._pause(_BREATH_S)
