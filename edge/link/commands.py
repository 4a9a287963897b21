"""The commands to a camera over MQTT (docs/contracts/mqtt.md)."""

import json
import re
from collections.abc import Callable
from functools import partial

from common import wire
from common.rate_limited_log import RateLimitedLog
from edge.picture.observed_frames import FrameRequest
from edge.picture.snapshot import MAX_BYTES

MAX_WATCH_S = 60.0
_MAX_COMMAND_BYTES = 4096
# The smallest size that an answer may be limited to: four pictures that show something.
LEAST_BYTES = 16 * 1024
_TOKEN = re.compile(r"[0-9a-f]{8,32}")
OnWatch = Callable[[str, float], None]
# The commands that ask for pictures.
PICTURES = ("snapshot", "moments")
OnSnapshot = Callable[[str, str, str, int], None]
OnDetails = Callable[[str], None]
OnPicture = Callable[[FrameRequest], None]
# Gets a command about an edge's cameras: the edge's name, the command, the answer's topic and most bytes.
OnCamera = Callable[[str, dict[str, object], str, int], None]


def receiver(
    on_watch: OnWatch,
    on_snapshot: OnSnapshot | None = None,
    on_details: OnDetails = lambda _thing: None,
    on_picture: OnPicture | None = None,
    on_camera: OnCamera | None = None,
) -> Callable[[str, bytes], None]:
    """A `receive` of one connection, which logs a flood of faulty commands now and then alone."""
    return partial(
        receive,
        on_watch=on_watch,
        on_snapshot=on_snapshot,
        on_details=on_details,
        on_picture=on_picture,
        on_camera=on_camera,
        faults=RateLimitedLog(),
    )


def receive(
    topic: str,
    payload: bytes,
    *,
    on_watch: OnWatch,
    on_snapshot: OnSnapshot | None = None,
    on_details: OnDetails = lambda _thing: None,
    on_picture: OnPicture | None = None,
    on_camera: OnCamera | None = None,
    faults: RateLimitedLog | None = None,
) -> None:
    """Carry out a command, or log what is wrong with it.

    `on_watch` gets thing and seconds, `on_snapshot` one of PICTURES, thing, the topic of the answer and its
    largest size in bytes, `on_details` the thing whose next observation is to have local features,
    `on_picture` a request for a frame that was observed, `on_camera` a command about an edge's cameras.
    """
    try:
        thing, kind = wire.parse_topic(topic)
        if kind != "command":
            raise ValueError("expected a topic of the form lookalike/<thing>/command")
        command = _parse(payload)
        do = command.get("do")
        if isinstance(do, str) and do in PICTURES and on_snapshot is not None:
            on_snapshot(do, thing, _reply(command, thing), _max_bytes(command))
        elif do == "picture" and on_picture is not None:
            on_picture(_frame_request(command, thing))
        elif do == "camera" and on_camera is not None:
            on_camera(thing, command, _reply(command, thing), _max_bytes(command))
        elif do == "watch":
            on_watch(thing, _seconds(command))
        elif do == "details":
            on_details(thing)
        elif do != "nothing":  # which only checks the way to here
            known = "'watch'" if on_snapshot is None else "'watch', 'snapshot', 'moments' or 'picture'"
            raise ValueError(f"do is {ascii(do)[:60]}; expected {known}")
    except (ValueError, RecursionError, wire.WireError) as error:
        (faults or RateLimitedLog()).say("command", f"command on {topic[:100]} refused: {str(error)[:200]}")


def _parse(payload: bytes) -> dict[str, object]:
    if len(payload) > _MAX_COMMAND_BYTES:
        raise ValueError(f"{len(payload)} bytes; expected at most {_MAX_COMMAND_BYTES}")
    command = json.loads(payload)
    if not isinstance(command, dict):
        raise ValueError(f'a JSON {type(command).__name__}; expected {{"do":"watch","for_s":10}}')
    return command


def _seconds(command: dict[str, object]) -> float:
    for_s = command.get("for_s")
    # A bool is an int to Python but no number in JSON; NaN fails the comparison.
    if isinstance(for_s, bool) or not isinstance(for_s, int | float) or not 0 < for_s <= MAX_WATCH_S:
        raise ValueError(f"for_s is {ascii(for_s)[:60]}; expected seconds, above 0 and up to {MAX_WATCH_S:g}")
    return float(for_s)


def _max_bytes(command: dict[str, object]) -> int:
    """The largest answer: what a broker takes, unless less is asked for."""
    asked = command.get("max_bytes", MAX_BYTES)
    if isinstance(asked, bool) or not isinstance(asked, int) or asked < LEAST_BYTES:
        raise ValueError(f"max_bytes is {ascii(asked)[:60]}; expected bytes, at least {LEAST_BYTES}")
    return min(asked, MAX_BYTES)


def _frame_request(command: dict[str, object], thing: str) -> FrameRequest:
    session, seq = command.get("session"), command.get("seq")
    if not isinstance(session, str) or not wire.is_session(session):
        raise ValueError(f"session is {ascii(session)[:60]}; expected 8 of 0-9 a-f")
    if isinstance(seq, bool) or not isinstance(seq, int) or not 0 <= seq <= 2**53:
        raise ValueError(f"seq is {ascii(seq)[:60]}; expected a whole number")
    return FrameRequest(thing, session, seq, _reply(command, thing), _max_bytes(command))


def _reply(command: dict[str, object], thing: str) -> str:
    """The topic of an answer, always under the thing's own topic, whoever asks."""
    reply, own = command.get("reply"), f"lookalike/{thing}/reply/"
    token = reply.removeprefix(own) if isinstance(reply, str) and reply.startswith(own) else ""
    if _TOKEN.fullmatch(token) is None:
        raise ValueError(f"reply is {ascii(reply)[:90]}; expected {own}<8 to 32 of 0-9 a-f>")
    return own + token
