"""The room of requests that bring a picture: a few are at work, a few more wait, the others are sent away.

They would occupy all threads of the api, and the memory of their pictures, and leave nothing for other calls.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from services.core.errors import BusyError

# Bytes of pictures that wait or are at work; a single one may be larger.
MAX_BYTES = 128 * 1024 * 1024


class PictureRoom:
    """A room for `at_work` requests and `waiting` more, which wait `wait_s` at most; of one event loop."""

    def __init__(self, *, at_work: int, waiting: int, wait_s: float) -> None:
        self._places, self._wait_s = at_work + waiting, wait_s
        self._at_work = asyncio.Semaphore(at_work)
        self._inside = self._bytes = 0

    @contextlib.asynccontextmanager
    async def place(self, picture_bytes: int) -> AsyncIterator[None]:
        """A place to work in, for a picture file of this size; raises BusyError."""
        if self._inside >= self._places or (self._inside and self._bytes + picture_bytes > MAX_BYTES):
            raise BusyError(
                f"{self._inside} requests with pictures are under way; try again in a few seconds"
            )
        self._inside += 1
        self._bytes += picture_bytes
        try:
            await self._wait()
            try:
                yield
            finally:
                self._at_work.release()
        finally:
            self._inside -= 1
            self._bytes -= picture_bytes

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(self._wait_s):
                await self._at_work.acquire()
        except TimeoutError:
            raise BusyError(
                f"no turn for the picture within {self._wait_s:g} s; try again in a few seconds"
            ) from None
