"""The newest previews of each camera, kept while they are fresh."""

from __future__ import annotations

import contextlib
import itertools
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from common.picture_stamp import Stamp, stamp_of
from common.rate_limited_log import RateLimitedLog
from common.wire import WireError, parse_topic
from services.core.cameras.status import is_jpeg

MAX_BYTES = 256 * 1024
MAX_CAMERAS = 256
# Of all cameras' observed frames: some 3 s of 60 cameras that are watched.
MAX_OBSERVED_BYTES = 32 * 1024 * 1024
FRESH_S = 2.0
KEPT_S = 10.0
ASK_AGAIN_S = 3.0
# Seconds for which a camera sends previews once asked: more than ASK_AGAIN_S, so that none is missed.
WATCH_COMMAND = json.dumps({"do": "watch", "for_s": 10}).encode()


@dataclass(frozen=True, slots=True)
class Preview:
    """A small JPEG of a camera; `received_at_s` is Unix seconds, and `tag` is unique.

    `stamp` says which frame it is, None from cameras that do not say it.
    """

    jpeg: bytes
    received_at_s: float
    tag: str
    stamp: Stamp | None = None


class _ObservedPreviews:
    """The previews of observed frames of all cameras, the latest at the end."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str, int], tuple[float, Preview]] = OrderedDict()
        self._bytes = 0

    def keep(self, thing: str, preview: Preview, *, at_s: float) -> None:
        """Keep one whose stamp names an observation; any other changes nothing."""
        stamp = preview.stamp
        if stamp is None or stamp.seq is None:
            return
        key = thing, stamp.session, stamp.seq
        self._drop(key)
        self._kept[key] = at_s, preview
        self._bytes += len(preview.jpeg)

    def of(self, thing: str, session: str, seq: int) -> Preview | None:
        """The preview of this frame, None if it is not there."""
        return self._kept.get((thing, session, seq), (0.0, None))[1]

    def forget(self, now_s: float) -> None:
        """Drop those that are too old, and the oldest beyond the limit of memory."""
        while self._kept:
            key = next(iter(self._kept))
            if now_s - self._kept[key][0] <= KEPT_S and self._bytes <= MAX_OBSERVED_BYTES:
                return
            self._drop(key)

    def _drop(self, key: tuple[str, str, int]) -> None:
        _at_s, preview = self._kept.pop(key, (0.0, None))
        self._bytes -= 0 if preview is None else len(preview.jpeg)


class Previews:
    """Holds the last previews of each camera that is watched; safe to use from several threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._faults = RateLimitedLog()
        # The latest is at the end, each with the clock's seconds at its arrival.
        self._newest: OrderedDict[str, tuple[float, Preview]] = OrderedDict()
        self._observed = _ObservedPreviews()
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
            now_s = self._clock()
            preview = Preview(payload, time.time(), f"{next(self._tags):x}", stamp_of(payload))
            self._newest[thing] = now_s, preview
            self._observed.keep(thing, preview, at_s=now_s)
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

    def of(self, thing: str, session: str, seq: int) -> Preview | None:
        """The preview of an observed frame, None if it never came, or longer ago than KEPT_S."""
        with self._lock:
            self._forget()
            return self._observed.of(thing, session, seq)

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
        self._observed.forget(now_s)
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
