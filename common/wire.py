"""The messages between a camera and the search: topics and the codec of an observation.

Shipped with the edge too, so it imports nothing of the other modules.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from common.codes import MAX_CODES, Code, CodeKind, code_fault, codes_json
from common.compact_json import read_message
from common.local_points import decode_points

MAX_OBSERVATION_BYTES = 64 * 1024
# Largest message that both brokers accept, topic included.
MAX_MESSAGE_BYTES = 512 * 1024
# Largest message that AWS IoT Core accepts.
AWS_IOT_MESSAGE_BYTES = 128 * 1024
# Largest JPEG on a topic `frame`.
MAX_FRAME_PIXELS = 40_000_000
# The status field `source` of a camera that sends its frames over MQTT.
FRAMES_OVER_MQTT = "frames over MQTT"
# That of an edge without a camera of its own, which runs those that are added in the page.
CAMERAS_OF_PAGE = "cameras of the page"
Vectors = NDArray[np.float32]
Kind = Literal["features", "details", "infer", "status", "frame", "preview", "command", "match"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# Asks a camera for one observation with local features, on its topic `details`; sent on its topic `command`.
ASK_DETAILS = b'{"do":"details"}'
# A camera answers at most one of these in this time.
DETAILS_EVERY_S = 1.0

# The characters that AWS IoT allows in a thing's name; none of them is a topic separator or a wildcard.
_THING = re.compile(r"[a-zA-Z0-9:_-]{1,128}")
# The form of a session's name.
SESSION = "[0-9a-f]{8}"
_SESSION = re.compile(SESSION)
_MODEL = re.compile(r"[0-9a-f]{12}")
_CAPTURED = re.compile(rb'"captured_at"\s*:\s*"([^"\\]{10,40})"')
_STAGE = re.compile(r"[a-z_]{1,32}")
# Labels for counters of why a message is refused.
WireReason = Literal[
    "topic",
    "too_large",
    "not_json",
    "field",
    "encoding",
    "dimension",
    "not_finite",
    "local",
    "model",
    "future",
    "stale",
]


class WireError(Exception):
    """A message that is refused; `reason` is a short label for counters; the text says what was expected."""

    def __init__(self, reason: WireReason, text: str) -> None:
        super().__init__(text)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Observation:
    """One camera's look at one frame: `vectors` is float32 [count, dim], each row of unit length.

    `session`, `seq` and `model` are None in a message of the 2018 sample; `captured_at_s` (Unix seconds)
    is then the moment of its arrival. `box` is x, y, w, h of the part looked at, as shares of the frame.
    `still_s` is the time for which the camera has seen the same scene. `local` are the encoded local features
    of the part looked at (common/local_points.py), b"" if it has none, None if they were not sent.
    `codes` are the barcodes and QR codes that were read there.
    """

    thing: str
    vectors: Vectors
    captured_at_s: float
    session: str | None = None
    seq: int | None = None
    model: str | None = None
    box: tuple[float, float, float, float] | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    still_s: float = 0.0
    local: bytes | None = None
    codes: tuple[Code, ...] = ()


def is_thing(name: str) -> bool:
    """Whether `name` can be the name of a camera."""
    return _THING.fullmatch(name) is not None


def is_session(name: object) -> bool:
    """Whether `name` can be the name of a camera's session."""
    return isinstance(name, str) and _SESSION.fullmatch(name) is not None


def topic(thing: str, kind: Kind) -> str:
    """The MQTT topic of a camera's messages of one kind."""
    return f"lookalike/{thing}/{kind}"


def ingested(name: str, *, rule: str) -> str:
    """The topic under which a rule of AWS IoT gets a message directly; the rule sees the topic `name`.

    Nobody can subscribe to it, and the message itself costs nothing ("Basic Ingest").
    """
    return f"$aws/rules/{rule}/{name}"


def parse_topic(name: str) -> tuple[str, Kind]:
    """Split a topic, ours or a DeepLens project's, into the camera's name and the kind of message."""
    parts = name.split("/")
    if len(parts) == 4 and parts[:2] == ["$aws", "things"] and parts[3] == "infer":
        parts = ["lookalike", parts[2], "infer"]
    if len(parts) == 3 and parts[0] == "lookalike" and is_thing(parts[1]):
        for kind in KINDS:
            if parts[2] == kind:
                return parts[1], kind
    raise WireError("topic", f"topic {_shown(name)} is not lookalike/<thing>/<{'|'.join(KINDS)}>")


def to_iso(at_s: float) -> str:
    """Unix seconds as UTC text with milliseconds, such as 2026-11-23T10:00:00.123Z."""
    second, microsecond = divmod(round(at_s * 1e6), 1_000_000)
    return f"{_iso_second(second)}.{microsecond // 1000:03}Z"


@lru_cache(16)  # each message and record has the same few seconds two or three times
def _iso_second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()[:19]


def from_iso(text: str) -> float:
    """Unix seconds of an ISO 8601 text that names its offset; raises ValueError otherwise."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} names no time zone; expected one such as 2026-11-23T10:00:00.123Z")
    return moment.timestamp()


def encode_observation(seen: Observation, *, encoding: Literal["f16", "i8"] = "f16") -> bytes:
    """The JSON of an observation; `i8` halves the vectors' size at a small loss of precision."""
    count, dim = seen.vectors.shape
    message: dict[str, Any] = {
        "v": 1,
        "thing": seen.thing,
        "session": seen.session,
        "seq": seen.seq,
        "captured_at": to_iso(seen.captured_at_s),
        "model": seen.model,
        "dim": dim,
        "count": count,
        "encoding": encoding,
    }
    if encoding == "i8":
        # The largest component takes the whole range, so that the rounding error is at most scale / 2.
        message["scale"] = scale = float(f"{np.abs(seen.vectors).max() / 127:.7g}") or 1.0
        raw = np.rint(seen.vectors / scale).astype(np.int8).tobytes()
    else:
        raw = seen.vectors.astype("<f2").tobytes()
    message["features"] = base64.b64encode(raw).decode()
    message["box"] = None if seen.box is None else [round(share, 4) for share in seen.box]
    message["timings_ms"] = {stage: round(ms, 2) for stage, ms in seen.timings_ms.items()}
    if seen.still_s:
        message["still_s"] = round(seen.still_s, 3)
    if seen.local is not None:
        message["local"] = base64.b64encode(seen.local).decode()
    if seen.codes:
        message["codes"] = codes_json(seen.codes)
    return json.dumps(message, separators=(",", ":")).encode()


def decode_observation(payload: bytes, *, thing: str, kind: Kind, received_at_s: float) -> Observation | None:
    """Read an observation or a message of the 2018 sample; None for one of that sample's status lines.

    Raises WireError with the reason: too_large, not_json, field, encoding, dimension, not_finite or local.
    """
    if len(payload) > MAX_OBSERVATION_BYTES:
        raise WireError("too_large", f"{len(payload)} bytes; expected at most {MAX_OBSERVATION_BYTES}")
    try:
        message = read_message(payload)
    except (ValueError, RecursionError) as error:
        if kind == "infer":  # a DeepLens program also sends plain text on its topic
            return None
        raise WireError("not_json", f"not JSON ({error}); expected an observation") from None
    if not isinstance(message, dict):
        raise WireError("not_json", f"a JSON {type(message).__name__}; expected an object")
    if "v" not in message and isinstance(message.get("features"), str):
        return Observation(
            thing=thing, vectors=unit(_parse_csv(message["features"])), captured_at_s=received_at_s
        )
    return _parse_observation(message, thing=thing)


def peek_captured_s(payload: bytes, *, received_at_s: float) -> float:
    """The capture time that a message seems to hold, without decoding it; 0 if it should have one.

    A message of the 2018 sample has none, and counts as captured at its arrival.
    """
    found = _CAPTURED.search(payload)
    if found is None:
        return 0.0 if b'"v"' in payload else received_at_s
    try:
        return from_iso(found[1].decode())
    except (ValueError, OverflowError):
        return 0.0


def _parse_observation(message: Mapping[str, Any], *, thing: str) -> Observation:
    if message.get("v") != 1 or message["v"] is True:  # to Python True is 1
        raise WireError("field", f"v is {_shown(message.get('v'))}; expected 1")
    if message.get("thing") != thing:
        raise WireError(
            "field", f"thing is {_shown(message.get('thing'))}; expected {thing!r} as in the topic"
        )
    try:
        captured_at_s = from_iso(_text(message, "captured_at"))
    except (ValueError, OverflowError) as error:
        raise WireError("field", f"captured_at: {error}") from None
    return Observation(
        thing=thing,
        vectors=unit(_parse_vectors(message)),
        captured_at_s=captured_at_s,
        session=_text(message, "session", _SESSION),
        seq=_whole(message, "seq", 0, 2**53),
        model=_text(message, "model", _MODEL),
        box=_parse_box(message.get("box")),
        timings_ms=_parse_timings(message.get("timings_ms")),
        still_s=_parse_still(message.get("still_s", 0)),
        local=_parse_local(message.get("local")),
        codes=_parse_codes(message["codes"]) if "codes" in message else (),
    )


def _parse_vectors(message: Mapping[str, Any]) -> Vectors:
    dim, count = _whole(message, "dim", 1, 65_536), _whole(message, "count", 1, 64)
    encoding, features = message.get("encoding"), _text(message, "features")
    if encoding not in ("f16", "i8"):
        raise WireError("encoding", f"encoding is {_shown(encoding)}; expected f16 or i8")
    try:
        raw = base64.b64decode(features, validate=True)
    except (binascii.Error, ValueError) as error:
        raise WireError("encoding", f"features is not base64: {error}") from None
    expected = count * dim * (2 if encoding == "f16" else 1)
    if len(raw) != expected:
        text = f"features holds {len(raw)} bytes; {count} x {dim} values of {encoding} take {expected}"
        raise WireError("dimension", text)
    if encoding == "f16":
        with np.errstate(invalid="ignore"):  # a signalling NaN is refused with the other NaNs
            return np.frombuffer(raw, "<f2").astype(np.float32).reshape(count, dim)
    scale = _number(message.get("scale"), "scale")
    if scale <= 0:
        raise WireError("field", f"scale is {scale:g}; expected a number above 0")
    with np.errstate(over="ignore", invalid="ignore"):
        return (np.frombuffer(raw, np.int8).astype(np.float32) * np.float32(scale)).reshape(count, dim)


def _parse_csv(features: str) -> Vectors:
    try:
        with np.errstate(over="ignore"):  # infinity is refused later, with its own reason
            return np.array([features.split(",")], dtype=np.float32)
    except ValueError as error:
        raise WireError("encoding", f"features is not a line of numbers: {error}") from None


def unit(vectors: Vectors) -> Vectors:
    """Scale each row to unit length, so that a distance depends on direction alone."""
    if len(vectors) == 1:  # as most messages have it, and with far fewer steps
        with np.errstate(over="ignore", invalid="ignore"):
            wide = vectors[0].astype(np.float64)
            length = math.sqrt(wide @ wide)
        if 0 < length < math.inf:
            return np.asarray(wide / length, np.float32)[np.newaxis]
    with np.errstate(over="ignore", invalid="ignore"):
        lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    if not np.isfinite(lengths).all():
        raise WireError("not_finite", "features holds NaN or infinity; expected finite numbers")
    if not lengths.all():
        raise WireError("not_finite", "features holds a vector of zeros, which has no direction")
    return np.asarray(vectors / lengths, np.float32)


def _parse_box(value: object) -> tuple[float, float, float, float] | None:
    if value is None:
        return None
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 4:
        raise WireError("field", f"box is {_shown(value)}; expected [x, y, w, h] or null")
    x, y, w, h = (_number(share, "box") for share in value)
    if min(x, y, w, h) < 0 or max(x + w, y + h) > 1.001:
        raise WireError("field", f"box is {_shown(value)}; expected shares of the frame between 0 and 1")
    return x, y, w, h


def _parse_timings(value: object) -> dict[str, float]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise WireError("field", f"timings_ms is {_shown(value)}; expected an object of numbers")
    for stage in value:
        if _STAGE.fullmatch(stage) is None:
            raise WireError("field", f"timings_ms names {_shown(stage)}; expected a stage such as embed")
    return {stage: _number(ms, "timings_ms") for stage, ms in value.items()}


def _parse_still(value: object) -> float:
    seconds = _number(value, "still_s")
    if seconds < 0:
        raise WireError("field", f"still_s is {seconds:g}; expected seconds, 0 or more")
    return seconds


def _parse_local(value: object) -> bytes | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise WireError("local", f"local is {_shown(value)}; expected base64 text")
    try:
        blob = base64.b64decode(value, validate=True)
        decode_points(blob)
    except (binascii.Error, ValueError) as error:  # PointsError among them
        raise WireError("local", f"local: {error}") from None
    return blob


def _parse_codes(value: object) -> tuple[Code, ...]:
    if not isinstance(value, list) or len(value) > MAX_CODES:
        raise WireError("field", f"codes is {_shown(value)}; expected a list of at most {MAX_CODES}")
    return tuple(_parse_code(each) for each in value)


def _parse_code(value: object) -> Code:
    if not isinstance(value, dict):
        raise WireError("field", f"codes holds {_shown(value)}; expected objects of kind, text and box")
    kind, text, box = value.get("kind"), _text(value, "text"), _parse_box(value.get("box"))
    if fault := code_fault(kind, text):
        raise WireError("field", f"a code is refused: {fault}")
    if box is None:
        raise WireError("field", "a code has no box; expected [x, y, w, h]")
    return Code(cast(CodeKind, kind), text, box)


def _number(value: object, name: str) -> float:
    # An int may exceed every float, and a bool is an int to Python but no number in JSON.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e300:
        raise WireError("field", f"{name} holds {_shown(value)}; expected a finite number")
    return float(value)


def _whole(message: Mapping[str, Any], name: str, low: int, high: int) -> int:
    value = message.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise WireError("field", f"{name} is {_shown(value)}; expected a whole number from {low} to {high}")
    return value


def _shown(value: object) -> str:
    """A value cut for a log: a message can hold one of 64 KB."""
    try:
        text = ascii(value)
    except RecursionError:
        text = f"a {type(value).__name__}, deeply nested"
    return text if len(text) <= 60 else f"{text[:57]}..."


def _text(message: Mapping[str, Any], name: str, form: re.Pattern[str] | None = None) -> str:
    value = message.get(name)
    if not isinstance(value, str) or (form is not None and form.fullmatch(value) is None):
        wanted = "text" if form is None else f"text of the form {form.pattern}"
        raise WireError("field", f"{name} is {_shown(value)}; expected {wanted}")
    return value
