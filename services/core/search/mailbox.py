"""The messages that wait for the search, at most one a camera: freshest wins."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from common.wire import Kind

# Cameras whose messages may wait, and cameras that were answered lately, whose messages come first.
MAX_CAMERAS = 1024
# One of this number of messages may be of a camera that was not answered lately, however many others wait.
# Anybody can invent names of cameras.
STRANGERS = 4
# From this share of a batch on, to wait for others makes an answer hardly cheaper, and costs time to answer.
GOOD_BATCH = 0.25


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message as it came; `captured_at_s` is what it seems to say of its capture, to find the freshest."""

    thing: str
    kind: Kind
    payload: bytes
    received_at_s: float
    captured_at_s: float


class Mailbox:
    """Holds the newest message of each camera until a worker takes it: one of each camera in turn."""

    def __init__(self) -> None:
        # A camera that was answered lately waits in the first of the lines, any other in the second.
        self._answered: OrderedDict[str, Waiting] = OrderedDict()
        self._strangers: OrderedDict[str, Waiting] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()
        # Cameras that are being answered elsewhere: theirs would be answered before an older one of theirs.
        self._held: set[str] = set()
        self._arrived = threading.Condition()

    def put(self, message: Waiting) -> bool:
        """Leave a message; True if another one fell: an older one of its camera, itself, or one too many."""
        thing = message.thing
        with self._arrived:
            line = self._answered if thing in self._known else self._strangers
            waits = line.get(thing)
            if waits is not None and waits.captured_at_s > message.captured_at_s:
                return True
            # A replaced one keeps its place, so that a fast camera cannot starve a slow one.
            line[thing] = message
            if len(line) > MAX_CAMERAS:
                line.popitem(last=False)
                return True
            self._arrived.notify()
            return waits is not None

    def take(self, *, limit: int, timeout_s: float, gather_s: float = 0.0) -> list[Waiting]:
        """Up to `limit` messages, the longest waiting first; empty when none came within `timeout_s`.

        Those of held cameras stay. Once one has come it waits `gather_s` for others, unless many wait.
        """
        with self._arrived:
            self._arrived.wait_for(lambda: any(self._free()), timeout_s)
            is_good = sum(map(len, self._free())) >= GOOD_BATCH * limit
        if gather_s and not is_good:
            time.sleep(gather_s)
        with self._arrived:
            answered, strangers = self._free()
            count = min(len(strangers), max(limit // STRANGERS, limit - len(answered)))
            lines = [(self._answered, answered[: limit - count]), (self._strangers, strangers[:count])]
            return [line.pop(thing) for line, things in lines for thing in things]

    def hold(self, thing: str) -> None:
        """Let this camera's messages wait until `release`."""
        with self._arrived:
            self._held.add(thing)

    def release(self, thing: str) -> None:
        """Let this camera's messages be taken again."""
        with self._arrived:
            self._held.discard(thing)
            self._arrived.notify()

    def _free(self) -> tuple[list[str], list[str]]:
        """The cameras of both lines whose messages may be taken, the longest waiting first."""
        answered, strangers = (
            [thing for thing in line if thing not in self._held] if self._held else list(line)
            for line in (self._answered, self._strangers)
        )
        return answered, strangers

    def prefer(self, thing: str) -> None:
        """Note that a camera was answered; the one whose last answer is longest ago is forgotten for it."""
        with self._arrived:
            if thing in self._strangers:
                self._answered[thing] = self._strangers.pop(thing)
            self._known[thing] = None
            self._known.move_to_end(thing)
            if len(self._known) > MAX_CAMERAS:
                self._known.popitem(last=False)
