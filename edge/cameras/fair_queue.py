"""The queue of cameras' frames: the freshest of each, and all cameras in turn."""

import threading
import time
from dataclasses import dataclass

MAX_THINGS = 32


@dataclass(frozen=True, slots=True)
class Arrived:
    """A frame as it came, and its time of arrival (Unix seconds)."""

    thing: str
    content: bytes
    at_s: float


class FairQueue:
    """Holds at most one frame of each thing, none older than `max_age_s`; threads share it."""

    def __init__(self, *, max_age_s: float) -> None:
        self._max_age_s = max_age_s
        self._changed = threading.Condition()
        self._waiting: dict[str, Arrived] = {}
        # The things in the order of their turns, with the time of each one's last frame (monotonic seconds).
        self._heard_s: dict[str, float] = {}

    def put(self, thing: str, content: bytes) -> bool:
        """Take a frame in place of an older one of its thing; False when there are too many things."""
        with self._changed:
            if thing not in self._heard_s and len(self._heard_s) >= MAX_THINGS:
                return False
            self._heard_s[thing] = time.monotonic()
            self._waiting[thing] = Arrived(thing, content, time.time())
            self._changed.notify()
        return True

    def next(self, timeout_s: float) -> Arrived | None:
        """The freshest frame of the thing whose turn it is, waiting for one; None after `timeout_s`."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting, timeout_s)
            for thing in list(self._heard_s):
                if thing in self._waiting:
                    # The thing goes to the end of the line.
                    self._heard_s[thing] = self._heard_s.pop(thing)
                    arrived = self._pop(thing)
                    if arrived is not None:
                        return arrived
        return None

    def fresher(self, thing: str) -> Arrived | None:
        """A waiting frame of this thing, whatever the turn."""
        with self._changed:
            return self._pop(thing)

    def silent_s(self, thing: str) -> float:
        """Seconds for which the thing has sent nothing."""
        with self._changed:
            return time.monotonic() - self._heard_s.get(thing, 0.0)

    def forget(self, thing: str) -> None:
        """Drop a thing, to make room for another."""
        with self._changed:
            self._heard_s.pop(thing, None)
            self._waiting.pop(thing, None)

    def _pop(self, thing: str) -> Arrived | None:
        arrived = self._waiting.pop(thing, None)
        return arrived if arrived and time.time() - arrived.at_s <= self._max_age_s else None
