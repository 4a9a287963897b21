"""Damaged messages: observations, states, commands, and other JSON that arrives over MQTT or HTTP."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import numpy as np

from common.picture_stamp import stamp_of
from common.read_json import read_json
from common.wire import Observation, WireError, decode_observation, parse_topic
from edge.link import commands
from services.core.cameras.status import CameraStatuses
from tests.fuzz.campaign import Target
from tests.fuzz.mutations import Mutator

MESSAGES = Path(__file__).resolve().parents[1] / "messages"
_STATUS = (
    b'{"state":"online","reason":null,"provider":"cpu","fps":14.5,"model":"0123456789ab",'
    b'"since":"2026-11-23T10:00:00.123Z","source":"/dev/video0","model_trouble":null}'
)
_COMMAND = b'{"do":"snapshot","reply":"lookalike/cam-1/reply/0123456789abcdef0123456789abcdef"}'
_PICTURE = b'{"do":"picture","session":"0123abcd","seq":42,"reply":"lookalike/cam-1/reply/01234567"}'
_STAMP = b'{"session":"0123abcd","seq":42,"captured_at":"2026-11-23T10:00:00.123Z"}'
_WATCH = b'{"do":"watch","seconds":10}'
_TOKENS = [
    *(b"NaN", b"Infinity", b"1e400", b"1e39", b"-1", b"65535", b"9" * 400, b"9007199254740993"),
    *(
        b'"',
        b"[",
        b"]",
        b"{}",
        b"{",
        b"}",
        b",",
        b":",
        b"null",
        b"true",
        b'"\\ud800"',
        b"\\u0000",
        b"[" * 2000,
    ),
    *(
        b'"v":1',
        b'"encoding":"i8"',
        b'"count":0',
        b'"captured_at":"9999-12-31T23:59:59Z"',
        b"\x1b[2J",
        b"\xff\xfe",
    ),
]


def is_sound(seen: Observation) -> bool:
    """Whether the search can answer an observation, and the answer can be written."""
    json.dumps(dict(seen.timings_ms), ensure_ascii=False, allow_nan=False).encode()
    return bool(np.allclose(np.linalg.norm(seen.vectors, axis=1), 1, atol=1e-3))


def _receive(content: bytes) -> None:
    """The message on each of the topics; only an observation's codec refuses, all others log and go on."""
    statuses = CameraStatuses()
    statuses.receive("lookalike/cam-1/status", content)
    for camera in statuses.all():
        json.dumps(camera.to_json(), ensure_ascii=False, allow_nan=False).encode()
    commands.receive(
        "lookalike/cam-1/command", content, on_watch=_ignore, on_snapshot=_ignore, on_picture=_ignore
    )
    comment = content[:120]
    stamp_of(b"\xff\xd8\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment)
    with contextlib.suppress(WireError):
        parse_topic(content.decode("utf-8", "replace"))
    with contextlib.suppress(ValueError):
        read_json(content)
    for kind in ("infer", "features", "details"):
        seen = decode_observation(content, thing="cam-1", kind=kind, received_at_s=1e9)
        assert seen is None or is_sound(seen)


def _ignore(*_told: object) -> None: ...


ORIGINALS = [
    *((MESSAGES / name).read_bytes() for name in ("observation-f16.json", "observation-i8.json")),
    *((MESSAGES / name).read_bytes() for name in ("observation-still.json", "2018-features.json")),
    *((MESSAGES / name).read_bytes() for name in ("observation-local.json", "observation-codes.json")),
    _STATUS,
    _COMMAND,
    _WATCH,
    _PICTURE,
    _STAMP,
]
OBSERVATIONS = Target(
    "messages", 0.2, Mutator(ORIGINALS, _TOKENS, most_changes=3).case, _receive, (WireError,)
)
