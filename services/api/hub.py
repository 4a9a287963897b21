"""Live events, one source to many listeners."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from fastapi.sse import format_sse_event

# Match records that wait for a listener; one that reads more slowly needs only the newest ones. Each camera's
# newest is kept beyond that, up to MOST.
BACKLOG = 64
MOST = 2048


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


class Backlog:
    """The events that wait for one listener: of a camera's states the newest, and of heartbeats."""

    def __init__(self) -> None:
        # By what they are about, in their order.
        self._events: OrderedDict[Hashable, Event] = OrderedDict()
        # The id of each camera's newest match record that waits.
        self._newest: dict[str | None, int] = {}
        self._matches = 0
        self._ended = False
        self._arrived = asyncio.Event()

    def put(self, event: Event | None) -> None:
        """Add an event in place of an older one of the same; None ends the listening."""
        self._arrived.set()
        if event is None:
            self._ended = True
        elif event.id is None:
            self._events.pop((event.name, event.thing), None)
            self._events[event.name, event.thing] = event
        else:
            self._matches += event.id not in self._events
            self._events[event.id], self._newest[event.thing] = event, event.id
            if self._matches > BACKLOG:
                self._drop_match()

    async def take(self) -> tuple[Sequence[Event], bool]:
        """All events, once there are some, and whether they are the last."""
        await self._arrived.wait()
        events = list(self._events.values())
        self._events.clear()
        self._newest.clear()
        self._matches = 0
        self._arrived.clear()
        return events, self._ended

    def _drop_match(self) -> None:
        """Drop the oldest record of which its camera has a newer one; if none has, the oldest beyond MOST."""
        matches = ((key, event) for key, event in self._events.items() if event.id is not None)
        oldest = next((key for key, event in matches if self._newest[event.thing] != event.id), None)
        if oldest is None and self._matches > MOST:
            oldest = next(key for key, event in self._events.items() if event.id is not None)
        if oldest is not None:
            del self._events[oldest]
            self._matches -= 1


class Hub:
    """Hands each event to every listener; to be used in the event loop's thread alone."""

    def __init__(self) -> None:
        self._listeners: set[Backlog] = set()

    def __len__(self) -> int:
        return len(self._listeners)

    def publish(self, event: Event | None) -> None:
        """Give an event to all listeners, None to end them."""
        for backlog in self._listeners:
            backlog.put(event)

    @contextlib.contextmanager
    def listen(self) -> Iterator[AsyncIterator[Sequence[Event]]]:
        """The events from now on, in batches of all that have come; none is lost before the first read."""
        backlog = Backlog()
        self._listeners.add(backlog)
        try:
            yield _events(backlog)
        finally:
            self._listeners.discard(backlog)


async def _events(backlog: Backlog) -> AsyncIterator[Sequence[Event]]:
    ended = False
    while not ended:
        events, ended = await backlog.take()
        yield events
