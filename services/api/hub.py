"""Live events, one source to many listeners."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from fastapi.sse import format_sse_event

# Maximum backlog of a listener, in events; one that reads more slowly needs only the newest ones.
BACKLOG = 64


@dataclass(frozen=True)
class Event:
    """One server-sent event; `thing` is its camera, `id` its record's."""

    name: str
    data: str
    thing: str | None = None
    id: int | None = None

    @cached_property
    def encoded(self) -> bytes:
        """The event's bytes, made once for all listeners."""
        number = None if self.id is None else str(self.id)
        return format_sse_event(event=self.name, data_str=self.data, id=number)


class Hub:
    """Hands each event to every listener; to be used in the event loop's thread alone."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Event | None]] = set()

    def __len__(self) -> int:
        return len(self._listeners)

    def publish(self, event: Event | None) -> None:
        """Give an event to all listeners, None to end them; a full backlog loses its oldest one."""
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

    @contextlib.contextmanager
    def listen(self) -> Iterator[AsyncIterator[Sequence[Event]]]:
        """The events from now on, in batches of all that have come; none is lost before the first read."""
        queue: asyncio.Queue[Event | None] = asyncio.Queue(BACKLOG)
        self._listeners.add(queue)
        try:
            yield _events(queue)
        finally:
            self._listeners.discard(queue)


async def _events(queue: asyncio.Queue[Event | None]) -> AsyncIterator[Sequence[Event]]:
    while True:
        come = [await queue.get()]
        while not queue.empty():
            come.append(queue.get_nowait())
        yield [event for event in come if event is not None]
        if None in come:
            return
