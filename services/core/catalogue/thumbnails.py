"""Small pictures for a grid, made on demand and kept in memory up to a limit."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from services.core.errors import BusyError
from services.core.ports import PictureStore

MAX_BYTES = 16 * 1024 * 1024
# More than one page asks for at once. Each waits in one of the threads that serve all requests.
MAX_WAITING = 12
WAIT_S = 10.0

Shrink = Callable[..., bytes]


class Thumbnails:
    """Gives small versions of the store's pictures; safe to use from several threads."""

    def __init__(
        self,
        pictures: PictureStore,
        shrink: Shrink,
        *,
        max_bytes: int = MAX_BYTES,
        max_waiting: int = MAX_WAITING,
        wait_s: float = WAIT_S,
    ) -> None:
        """`shrink` turns a picture file into one of at most `side_px` a side; raises InputError."""
        self._pictures, self._shrink, self._max_bytes = pictures, shrink, max_bytes
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        # One at a time: a picture of the largest size takes a quarter of a gigabyte while it is made small.
        self._making = threading.Lock()
        self._places, self._wait_s = threading.Semaphore(1 + max_waiting), wait_s

    def get(self, key: str, *, side_px: int) -> bytes | None:
        """A picture of at most `side_px` a side as JPEG, or None for a key that does not exist.

        Raises InputError for a picture that can't be read, BusyError while too many others are being made.
        """
        kept = self._find(key, side_px)
        if kept is not None:
            return kept
        with self._turn():
            # It may have been made while this thread waited.
            kept = self._find(key, side_px)
            if kept is not None:
                return kept
            content = self._pictures.get(key)
            if content is None:
                return None
            made = self._shrink(content, side_px=side_px)
            self._keep(key, side_px, made)
            return made

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise BusyError("too many small pictures are being made; try again in a few seconds")
        try:
            if not self._making.acquire(timeout=self._wait_s):
                raise BusyError(f"no turn for the small picture within {self._wait_s:g} s")
            try:
                yield
            finally:
                self._making.release()
        finally:
            self._places.release()

    def forget(self, key: str) -> None:
        """Drop a picture that is gone, in all sizes."""
        with self._lock:
            for each in [each for each in self._kept if each[0] == key]:
                self._bytes -= len(self._kept.pop(each))

    def _find(self, key: str, side_px: int) -> bytes | None:
        with self._lock:
            kept = self._kept.get((key, side_px))
            if kept is not None:
                self._kept.move_to_end((key, side_px))
            return kept

    def _keep(self, key: str, side_px: int, made: bytes) -> None:
        with self._lock:
            self._kept[key, side_px] = made
            self._bytes += len(made)
            while self._bytes > self._max_bytes:
                _oldest, dropped = self._kept.popitem(last=False)
                self._bytes -= len(dropped)
