"""The room of requests with a picture or a table: a few are at work, a few more wait, others are sent away.

They would occupy all threads of the api, and the memory of their bodies, and leave nothing for other calls.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import Request
from starlette.formparsers import MultiPartParser

from services.core.errors import BusyError

# Bytes of bodies that are being read or wait; others are not read yet. A single one may be larger.
MAX_BYTES = 48 * 1024 * 1024
# Uploads stay in memory, which this room bounds: a container's /tmp has no room for several of them.
MultiPartParser.spool_max_size = 1 << 31


class PictureRoom:
    """A room for `at_work` requests and `waiting` more, which wait `wait_s` at most; of one event loop."""

    def __init__(self, *, at_work: int, waiting: int, wait_s: float) -> None:
        self._places, self._wait_s = at_work + waiting, wait_s
        self._at_work = asyncio.Semaphore(at_work)
        self._changed = asyncio.Condition()
        self._inside = self._bytes = 0

    @contextlib.asynccontextmanager
    async def place(self, request: Request) -> AsyncIterator[None]:
        """A place in the room, to be taken before the request's body is read; raises BusyError."""
        if self._inside >= self._places:
            raise BusyError(
                f"{self._inside} requests with pictures or tables are under way; try again in a few seconds"
            )
        size = _declared_bytes(request)
        self._inside += 1
        try:
            async with self._in_time(), self._changed:
                await self._changed.wait_for(lambda: not self._bytes or self._bytes + size <= MAX_BYTES)
                self._bytes += size
            try:
                yield
            finally:
                self._bytes -= size
                async with self._changed:
                    self._changed.notify_all()
        finally:
            self._inside -= 1

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """A turn at work, to be taken when the body is read; raises BusyError."""
        async with self._in_time():
            await self._at_work.acquire()
        try:
            yield
        finally:
            self._at_work.release()

    @contextlib.asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._wait_s):
                yield
        except TimeoutError:
            raise BusyError(
                f"no turn for the request within {self._wait_s:g} s; try again in a few seconds"
            ) from None


def _declared_bytes(request: Request) -> int:
    """The size of a request's body as its header says, MAX_BYTES if it does not."""
    length = request.headers.get("content-length", "")
    return int(length[:20]) if length.isdecimal() else MAX_BYTES
