"""Live events, one source to many listeners."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

# A listener that reads more slowly than this many events come needs only the newest ones.
BACKLOG = 64


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event; `thing` is the camera that it is about, `id` a record's."""

    name: str
    data: str
    thing: str | None = None
    id: int | None = None


class Hub:
    """Hands each event to every listener; to be used in the event loop's thread alone."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Event | None]] = set()

    def __len__(self) -> int:
        return len(self._listeners)

    def publish(self, event: Event | None) -> None:
        """Give an event to all, None to end them; a listener with a full backlog loses its oldest one."""
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

    @contextlib.contextmanager
    def listen(self) -> Iterator[AsyncIterator[Event]]:
        """The events from now on; those of the time between this call and the first read are kept."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue(BACKLOG)
        self._listeners.add(queue)
        try:
            yield _events(queue)
        finally:
            self._listeners.discard(queue)


async def _events(queue: asyncio.Queue[Event | None]) -> AsyncIterator[Event]:
    while (event := await queue.get()) is not None:
        yield event
