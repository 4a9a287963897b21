"""The newest preview of each camera, kept while it is fresh."""

from __future__ import annotations

import contextlib
import itertools
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from common.rate_limited_log import RateLimitedLog
from common.wire import WireError, parse_topic
from services.core.cameras.status import is_jpeg

MAX_BYTES = 256 * 1024
MAX_CAMERAS = 256
FRESH_S = 2.0
KEPT_S = 10.0
ASK_AGAIN_S = 3.0
# Seconds for which a camera sends previews once asked: more than ASK_AGAIN_S, so that none is missed.
WATCH_COMMAND = json.dumps({"do": "watch", "for_s": 10}).encode()


@dataclass(frozen=True, slots=True)
class Preview:
    """A small JPEG of a camera; `received_at_s` is Unix seconds, and `tag` is unique."""

    jpeg: bytes
    received_at_s: float
    tag: str


class Previews:
    """Holds the last preview of each camera that is watched; safe to use from several threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._faults = RateLimitedLog()
        # The latest is at the end, each with the clock's seconds at its arrival.
        self._newest: OrderedDict[str, tuple[float, Preview]] = OrderedDict()
        self._asked_s: dict[str, float] = {}
        self._listeners: dict[str, set[Callable[[], object]]] = {}
        # Begins with the time, so that a restart gives no tag a second time.
        self._tags = itertools.count(time.time_ns() // 1_000_000)

    @property
    def look_every_s(self) -> float | None:
        """None: who listens is told of each new one."""
        return None

    def receive(self, topic: str, payload: bytes) -> None:
        """Take a message of a preview topic; anything but a small JPEG is logged and changes nothing."""
        try:
            thing = check_preview(topic, payload)
        except WireError as error:
            self._faults.say("preview", f"message on {topic[:100]} refused: {error}")
            return
        with self._lock:
            preview = Preview(payload, time.time(), f"{next(self._tags):x}")
            self._newest[thing] = self._clock(), preview
            self._newest.move_to_end(thing)
            self._forget()
            listeners = list(self._listeners.get(thing, ()))
        for tell in listeners:
            tell()

    def newest(self, thing: str, *, within_s: float = FRESH_S) -> Preview | None:
        """The newest preview of a camera, None if it came longer than `within_s` (at most KEPT_S) ago."""
        with self._lock:
            self._forget()
            arrived_s, preview = self._newest.get(thing, (0.0, None))
            return preview if self._clock() - arrived_s <= within_s else None

    def must_ask(self, thing: str) -> bool:
        """Whether the caller has to tell the camera now that it is watched."""
        with self._lock:
            self._forget()
            now_s = self._clock()
            if now_s - self._asked_s.get(thing, -ASK_AGAIN_S) < ASK_AGAIN_S:
                return False
            self._asked_s[thing] = now_s
            return True

    @contextlib.contextmanager
    def listening(self, thing: str, tell: Callable[[], object]) -> Iterator[None]:
        """Call `tell` at each new preview of a camera, in the thread that receives it."""
        with self._lock:
            self._listeners.setdefault(thing, set()).add(tell)
        try:
            yield
        finally:
            with self._lock:
                self._listeners[thing].discard(tell)
                if not self._listeners[thing]:
                    del self._listeners[thing]

    def _forget(self) -> None:
        now_s = self._clock()
        while self._newest:
            arrived_s, _preview = next(iter(self._newest.values()))
            if now_s - arrived_s <= KEPT_S and len(self._newest) <= MAX_CAMERAS:
                break
            self._newest.popitem(last=False)
        for thing in [thing for thing, asked_s in self._asked_s.items() if now_s - asked_s >= ASK_AGAIN_S]:
            del self._asked_s[thing]


def check_preview(topic: str, payload: bytes) -> str:
    """The camera of a preview message; raises WireError for anything but a small JPEG."""
    thing, _kind = parse_topic(topic)
    if len(payload) > MAX_BYTES:
        raise WireError(
            "too_large", f"preview of {thing} has {len(payload)} bytes; expected at most {MAX_BYTES}"
        )
    if not is_jpeg(payload):
        raise WireError("field", f"preview of {thing} is no JPEG; it begins with {payload[:8]!r}")
    return thing
