"""The cameras' statuses, from their status topics."""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from common.box import Box
from common.rate_limited_log import RateLimitedLog
from common.read_json import read_json
from common.wire import CAMERAS_OF_PAGE, FRAMES_OVER_MQTT, WireError, parse_topic
from services.core.cameras.status_fields import EdgeTakes, read_edge, region_of, text_of, thing_of, title_of

STATES = ("online", "offline", "no_camera", "stalled", "clock_wrong")
MAX_STATUS_BYTES = 4096
MAX_FPS = 100_000
MAX_CAMERAS = 1024
_STATUS_FIELDS = ("state", "reason", "provider", "fps", "model", "since", "source", "model_trouble")
# Those that are in a status only where they apply.
_FIELDS_OF_SOME = ("title", "run_by", "region", "edge")
# A camera repeats its status each 10 s.
LIVE_S = 60.0
SILENT = f"nothing has been heard of it for {LIVE_S:g} s"


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """A camera's last status; `clock_offset_s` is set while its clock is off (ahead is positive).

    `since` is when its state began, in ISO 8601, by its own clock; `source` is what it reads. `model_trouble`
    is why its model is not the one that its settings name. `title` is its name for people; of one that was
    added in the page `run_by` is the edge that runs it, and `region` what it looks at. `edge` is set if it
    takes cameras.
    """

    thing: str
    state: str
    reason: str | None = None
    provider: str | None = None
    fps: float | None = None
    model: str | None = None
    since: str | None = None
    source: str | None = None
    model_trouble: str | None = None
    clock_offset_s: float | None = None
    title: str | None = None
    run_by: str | None = None
    region: Box | None = None
    edge: EdgeTakes | None = None

    @property
    def is_camera(self) -> bool:
        """Whether it is a camera, and not only an edge that runs others."""
        return self.source != CAMERAS_OF_PAGE

    @property
    def name(self) -> str:
        """Its name for people."""
        return self.title or self.thing

    @property
    def is_live(self) -> bool:
        """Whether the camera gives pictures now."""
        return self.state in ("online", "clock_wrong")

    @property
    def is_silent(self) -> bool:
        """Whether it is offline because nothing was heard of it."""
        return self.state == "offline" and self.reason == SILENT

    @property
    def condition(self) -> str:
        """The state, with the reason if there is one."""
        return f"{self.state} ({self.reason})" if self.reason else self.state

    @property
    def takes_frames(self) -> bool:
        """Whether its frames are sent to it: on its frame topic, or to POST /cameras/{thing}/frames."""
        return self.source == FRAMES_OVER_MQTT

    def to_json(self) -> dict[str, Any]:
        """The form of GET /cameras."""
        return asdict(self)

    def to_status(self) -> bytes:
        """The form of a status message."""
        said = {
            name: value
            for name, value in self.to_json().items()
            if name in _STATUS_FIELDS or (name in _FIELDS_OF_SOME and value is not None)
        }
        return json.dumps(said, separators=(",", ":")).encode()

    def is_gone(self, silent_s: float) -> bool:
        """Whether it is offline, or was not heard for too long."""
        return self.state == "offline" or silent_s > LIVE_S

    def after(self, silent_s: float) -> CameraStatus:
        """The status when the camera was not heard for this time."""
        if self.state == "offline" or not self.is_gone(silent_s):
            return self
        return replace(self, state="offline", reason=SILENT, fps=0.0)

    def heard_again(self) -> CameraStatus:
        """The status of a camera that lives; "silent" is only our own word, published in its place."""
        return replace(self, state="online", reason=None) if self.is_silent else self

    def with_clock(self, offset_s: float | None) -> CameraStatus:
        """The status with a clock that is off by `offset_s`, or right (None)."""
        if offset_s is None:
            return self
        state = "clock_wrong" if self.state == "online" else self.state
        return replace(self, state=state, clock_offset_s=offset_s)


_KNOWN = frozenset(field.name for field in fields(CameraStatus))


class CameraStatuses:
    """The cameras that have sent a status to this process, in memory.

    A last will may have been lost together with the broker, which keeps the status.
    """

    def __init__(self, *, most: int = MAX_CAMERAS, clock: Callable[[], float] = time.monotonic) -> None:
        """Remember at most `most` cameras: those that are silent for longest are forgotten first."""
        self._most, self._clock = most, clock
        # In the order in which they were heard, each with the clock's seconds then.
        self._heard: OrderedDict[str, tuple[float, CameraStatus]] = OrderedDict()
        self._lock = threading.Lock()
        self._log = RateLimitedLog()

    def all(self) -> list[CameraStatus]:
        """The cameras in the order of their names."""
        with self._lock:
            return [self._now(*self._heard[thing]) for thing in sorted(self._heard)]

    def get(self, thing: str) -> CameraStatus | None:
        """One camera, None if it never sent a status, or was forgotten."""
        with self._lock:
            heard = self._heard.get(thing)
            return None if heard is None else self._now(*heard)

    def note(self, thing: str) -> None:
        """A camera has shown in another way that it lives, such as by an answered observation."""
        with self._lock:
            if thing in self._heard:
                self._heard[thing] = self._clock(), self._heard[thing][1].heard_again()
                self._heard.move_to_end(thing)

    def receive(self, topic: str, payload: bytes) -> None:
        """Take a message of a status topic; anything but a status is logged and changes nothing.

        An empty one, which is how a retained message is removed, forgets the camera.
        """
        try:
            thing, camera = read_status(topic, payload)
        except WireError as error:
            self._log.say("refused", f"message on {topic[:100]} refused: {error}")
            return
        with self._lock:
            if camera is None:
                self._heard.pop(thing, None)
            elif thing in self._heard or self._has_room():
                self._heard[thing] = self._clock(), camera
                self._heard.move_to_end(thing)
            else:
                self._log.say("left out", left_out(thing, self._most))

    def _has_room(self) -> bool:
        """Whether one more can be remembered; forgets the one that is gone for longest, if there is one."""
        if len(self._heard) < self._most:
            return True
        # Cameras that live are kept: anybody with a password of the broker can invent names.
        now_s = self._clock()
        gone = (thing for thing, (at_s, camera) in self._heard.items() if camera.is_gone(now_s - at_s))
        longest = next(gone, None)
        if longest is not None:
            del self._heard[longest]
        return longest is not None

    def _now(self, heard_s: float, camera: CameraStatus) -> CameraStatus:
        return camera.after(self._clock() - heard_s)


def from_json(fields: Mapping[str, Any]) -> CameraStatus:
    """The status whose `to_json` this was; fields that only another version knows are passed over."""
    known = {name: value for name, value in fields.items() if name in _KNOWN}
    region = known.get("region")
    edge = read_edge(known.get("edge"))
    return CameraStatus(**{**known, "region": tuple(region) if region else None, "edge": edge})


def left_out(thing: str, most: int) -> str:
    """The words for a camera that there is no room for."""
    return f"camera {thing} is left out: there are {most} others that live; see LOOKALIKE_MAX_CAMERAS"


def is_jpeg(payload: bytes) -> bool:
    """Whether the content begins as a JPEG does."""
    return payload.startswith(b"\xff\xd8\xff")


def read_status(topic: str, payload: bytes) -> tuple[str, CameraStatus | None]:
    """The camera of a status message and its status, None for an empty one; raises WireError."""
    thing, _kind = parse_topic(topic)
    return thing, _parse(thing, payload) if payload else None


def _parse(thing: str, payload: bytes) -> CameraStatus:
    try:
        status = read_json(payload[: MAX_STATUS_BYTES + 1])
    except ValueError as error:
        raise WireError(
            "not_json", f"status of {thing} is not JSON of at most {MAX_STATUS_BYTES} bytes: {error}"
        ) from None
    state = status.get("state") if isinstance(status, dict) else None
    if state not in STATES:
        raise WireError(
            "field", f"status of {thing}: state is {state!r}; expected one of {', '.join(STATES)}"
        )
    fps = status.get("fps")
    return CameraStatus(
        thing=thing,
        state=state,
        reason=text_of(status.get("reason")),
        provider=text_of(status.get("provider")),
        # NaN and infinity are no JSON that a page could read, and fail this comparison.
        fps=float(fps) if type(fps) in (int, float) and 0 <= fps < MAX_FPS else None,
        model=text_of(status.get("model")),
        since=text_of(status.get("since")),
        source=text_of(status.get("source")),
        model_trouble=text_of(status.get("model_trouble")),
        title=title_of(status.get("title")),
        run_by=thing_of(status.get("run_by")),
        region=region_of(status.get("region")),
        edge=read_edge(status.get("edge")),
    )
