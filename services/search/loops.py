"""The threads of the search process: they follow the store, answer, and watch Redis and broker."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from services.core.dependency import Dependency
from services.core.errors import Loading, UnavailableError
from services.core.search.following import Following
from services.core.search.intake import Intake
from services.core.search.snapshot_keeper import SnapshotKeeper

# A new item can be found within a second, wherever it was written.
FOLLOW_EVERY_S = 0.2
RETRY_S = 1.0
ANSWER_TIMEOUT_S = 0.5
WATCH_EVERY_S = 3.0
KEEP_EVERY_S = 1.0
# Time that the end waits for a snapshot under way, which its disk may hold up.
KEPT_WITHIN_S = 3.0

# Longest turn of each thread in seconds, whatever it waits for: Redis and the item store have time limits of
# seconds, and many frames may wait for Redis one after the other; the first reading of a large catalogue
# takes minutes, and so does a snapshot of one on a slow disk.
LIMITS_S = {"follow": 600.0, "answer": 60.0, "watch": 60.0, "keep": 7200.0}
OTHER_RECIPE = "of another version's recipe of views; `lookalike index rebuild` makes their vectors again"

log = logging.getLogger(__name__)


class Loops:
    """Runs the threads until `stop`; failures are logged and tried again."""

    def __init__(
        self,
        *,
        follower: Following,
        intake: Intake,
        watched: Sequence[Dependency] = (),
        keeper: SnapshotKeeper | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._follower = follower
        self._intake = intake
        self._watched, self._keeper = watched, keeper
        self._stopping = threading.Event()
        self._turned_s = dict.fromkeys(LIMITS_S, clock())
        self._clock = clock
        self._threads = [
            threading.Thread(target=self._repeat, args=(turn,), name=turn.__name__.strip("_"))
            for turn in (
                self._follow,
                self._answer,
                *[self._watch] * bool(watched),
                *[self._keep] * (keeper is not None),
            )
        ]
        # The damaged items that the log has named.
        self._told: dict[str, Any] = {}
        # The reason why the item store can't be followed, and the progress of its first reading then.
        self._trouble: tuple[str, Loading | None] | None = None

    @property
    def trouble(self) -> str | None:
        """The reason why the item store can't be followed now, None when it can."""
        if self._trouble is None:
            return None
        text, loading = self._trouble
        # A first reading takes long: progress shows that the store is back.
        return text if loading is self._follower.loading else None

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads and wait for them."""
        self.keep_last()
        for thread in self._threads:
            thread.join()
        self._intake.close()

    def keep_last(self) -> None:
        """Let the threads end, waiting for none of them, and write a last snapshot if that is quick."""
        self._stopping.set()
        if self._keeper is None:
            return
        self._keeper.stop()
        keeping = next(thread for thread in self._threads if thread.name == "keep")
        keeping.join(KEPT_WITHIN_S)
        if not keeping.is_alive():
            self._keeper.end()

    def held_up(self) -> str | None:
        """The thread that does not turn any more, in words, None if all do."""
        for thread in self._threads:
            name, still_s = thread.name, self._clock() - self._turned_s[thread.name]
            if not thread.is_alive():
                return f"the thread {name} has ended"
            if still_s > LIMITS_S[name]:
                return f"the thread {name} has not turned for {still_s:.0f} s"
        return None

    def _repeat(self, turn: Callable[[], None]) -> None:
        name = threading.current_thread().name
        while not self._stopping.is_set():
            self._turned_s[name] = self._clock()
            try:
                turn()
            except Exception as error:  # a fault of ours must not end the service
                if turn == self._follow:
                    self._note_trouble(f"the item store can't be followed: {error!r}")
                log.exception("%s failed; next try in %g s", turn.__name__, RETRY_S)
                self._stopping.wait(RETRY_S)

    def _follow(self) -> None:
        was_loading = self._follower.loading is not None
        try:
            count = self._follower.follow()
        except UnavailableError as error:
            if self.trouble != str(error):
                log.warning("%s; trying again every %g s", error, RETRY_S)
            self._note_trouble(str(error))
            self._stopping.wait(RETRY_S)
            return
        if count:
            level = logging.INFO if was_loading or self.trouble else logging.DEBUG
            log.log(level, "index: %d items as of change %s", self._follower.items, self._follower.cursor)
        if was_loading and self._follower.loading is None and (others := self._follower.other_recipe):
            log.warning("%d items are %s", others, OTHER_RECIPE)
        self._trouble = None
        self._tell_damaged()
        self._stopping.wait(FOLLOW_EVERY_S)

    def _tell_damaged(self) -> None:
        damaged = self._follower.damaged.to_json()
        if damaged["count"] and damaged != self._told:
            named = "; ".join(f"{each['id']!a}: {each['reason']}" for each in damaged["first"])
            log.warning("%d items are damaged and left out: %s", damaged["count"], named)
        self._told = damaged

    def _note_trouble(self, text: str) -> None:
        self._trouble = text, self._follower.loading

    def _answer(self) -> None:
        self._intake.answer(timeout_s=ANSWER_TIMEOUT_S)

    def _keep(self) -> None:
        assert self._keeper is not None
        self._keeper.turn()
        self._stopping.wait(KEEP_EVERY_S)

    def _watch(self) -> None:
        # Without observations nothing else would notice, and log, that one of them fails.
        for dependency in self._watched:
            dependency.outcome()
        self._stopping.wait(WATCH_EVERY_S)
