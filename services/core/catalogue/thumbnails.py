"""Small pictures for a grid, made on demand and kept in memory up to a limit."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from services.core.ports import PictureStore

MAX_BYTES = 16 * 1024 * 1024

Shrink = Callable[..., bytes]


class Thumbnails:
    """Gives small versions of the store's pictures; safe to use from several threads."""

    def __init__(self, pictures: PictureStore, shrink: Shrink, *, max_bytes: int = MAX_BYTES) -> None:
        """`shrink` turns a picture file into one of at most `side_px` a side; raises InputError."""
        self._pictures, self._shrink, self._max_bytes = pictures, shrink, max_bytes
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        # One at a time: a picture of the largest size takes a quarter of a gigabyte while it is made small.
        self._making = threading.Lock()

    def get(self, key: str, *, side_px: int) -> bytes | None:
        """A picture of at most `side_px` a side as JPEG, or None for a key that does not exist."""
        kept = self._find(key, side_px)
        if kept is not None:
            return kept
        with self._making:
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
