"""Requests for a camera's pictures: its next frame, moments of two seconds, or a frame that was observed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from common.moments import Moment, decode_moments
from common.picture_stamp import stamp_of
from common.read_json import read_json
from common.wire import MAX_MESSAGE_BYTES, topic
from services.core.cameras.replies import Replies
from services.core.cameras.status import CameraStatus, is_jpeg
from services.core.errors import ConflictError, MissingError, UnavailableError

WAIT_S = 3.0
# The camera looks for two seconds, and then its model takes its time, several seconds on a busy machine.
MOMENTS_WAIT_S = 15.0


A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class _Refused:
    """A camera's refusal, in its own words."""

    reason: str


class Snapshots:
    """Requests and their answers; safe to use from several threads."""

    def __init__(
        self, send: Callable[[str, bytes], bool], replies: Replies, *, max_bytes: int | None = None
    ) -> None:
        """`send` (topic, payload) gives a command to the broker; False if it can't be reached.

        Cameras are asked for answers of at most `max_bytes`, if it is less than brokers take.
        """
        self._send, self._replies = send, replies
        self._limit = {} if max_bytes is None else {"max_bytes": max_bytes}

    def take(self, thing: str, camera: CameraStatus | None, *, within_s: float = WAIT_S) -> bytes:
        """A JPEG of the camera's next frame; waits for it. `camera` is its last status.

        Raises MissingError for an unknown camera, ConflictError with the reason for one that gives
        none, UnavailableError without a broker, TimeoutError if no answer comes.
        """
        return self._ask("snapshot", thing, camera, _read_jpeg, within_s)

    def moments(
        self, thing: str, camera: CameraStatus | None, *, within_s: float = MOMENTS_WAIT_S
    ) -> list[Moment]:
        """Different views of the thing that the camera sees within the next two seconds; waits for them.

        Raises as `take` does.
        """
        return self._ask("moments", thing, camera, _read_moments, within_s)

    def frame(
        self,
        thing: str,
        camera: CameraStatus | None,
        *,
        session: str,
        seq: int,
        within_s: float = WAIT_S,
    ) -> bytes:
        """A JPEG of the frame of this observation, which the camera keeps for 2 s; waits for the answer.

        Raises as `take` does; ConflictError too for a frame that is gone.
        """
        read = partial(_read_frame, session=session, seq=seq)
        return self._ask("picture", thing, camera, read, within_s, session=session, seq=seq)

    def _ask(
        self,
        do: str,
        thing: str,
        camera: CameraStatus | None,
        read: Callable[[bytes], A],
        within_s: float,
        **wanted: object,
    ) -> A:
        if camera is None:
            raise MissingError(f"there is no camera {thing[:128]!a}")
        if not camera.is_live:
            raise ConflictError(f"{thing} is {camera.condition}, so it shows nothing now")

        def send(token: str) -> None:
            command = {"do": do, "reply": f"lookalike/{thing}/reply/{token}", **wanted, **self._limit}
            if not self._send(topic(thing, "command"), json.dumps(command).encode()):
                raise UnavailableError("the broker is not connected; reconnecting")

        answer = self._replies.await_one(
            thing, send, lambda payload: _read_answer(payload, read, wanted), within_s=within_s
        )
        if answer is None:
            raise TimeoutError(
                f"{thing} is {camera.state}, but sent no picture within {within_s:g} s; try again, "
                "or give a picture file"
            )
        if isinstance(answer, _Refused):
            raise ConflictError(f"{thing} gives no picture: {answer.reason}")
        return answer


def _read_answer(payload: bytes, read: Callable[[bytes], A], wanted: Mapping[str, object]) -> A | _Refused:
    if len(payload) > MAX_MESSAGE_BYTES:
        raise ValueError("no JPEG or moments that a message can hold")
    refused = _read_refusal(payload, wanted)
    return read(payload) if refused is None else refused


def _read_jpeg(payload: bytes) -> bytes:
    if not is_jpeg(payload):
        raise ValueError("no JPEG")
    return payload


def _read_frame(payload: bytes, *, session: str, seq: int) -> bytes:
    stamp = stamp_of(_read_jpeg(payload))
    # Tokens are few, so that it may be the answer to another request.
    if stamp is None or (stamp.session, stamp.seq) != (session, seq):
        raise ValueError("no picture of the frame that was asked for")
    return payload


def _read_moments(payload: bytes) -> list[Moment]:
    try:
        moments = decode_moments(payload)
    except ValueError as error:
        raise ValueError(f"no moments ({error})") from None
    if not all(is_jpeg(moment.jpeg) for moment in moments):
        raise ValueError("no moments (a picture is no JPEG)")
    return moments


def _read_refusal(payload: bytes, wanted: Mapping[str, object]) -> _Refused | None:
    """The reason of a camera's refusal; None for anything else. ValueError if it refuses another frame."""
    try:
        answer = read_json(payload[:1000])
        refused = answer["refused"]
    except (ValueError, TypeError, KeyError):
        return None
    if any(answer.get(name, value) != value for name, value in wanted.items()):
        raise ValueError("the refusal of another frame")
    # Half of a surrogate pair can stand in JSON, but not in UTF-8.
    return _Refused(refused[:300].encode(errors="replace").decode()) if isinstance(refused, str) else None
