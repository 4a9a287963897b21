"""The answer to the command `moments`: pictures of a thing from several sides, each with the thing's box."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from common.box import Box, checked_box
from common.read_json import read_json
from common.wire import from_iso, to_iso

MAX_MOMENTS = 4
# The longest side of a moment's picture.
MAX_SIDE_PX = 1280
# The length of the list before the pictures.
_MAX_HEAD_BYTES = 2000


@dataclass(frozen=True, slots=True)
class Moment:
    """One picture as a JPEG file, the box of the thing in it, and when it was captured (Unix seconds)."""

    jpeg: bytes
    box: Box
    captured_at_s: float


def encode_moments(moments: Sequence[Moment]) -> bytes:
    """A line of JSON that lists the moments, and behind it their files one after the other."""
    listed = [
        {
            "bytes": len(moment.jpeg),
            "box": [round(share, 4) for share in moment.box],
            "captured_at": to_iso(moment.captured_at_s),
        }
        for moment in moments
    ]
    head = json.dumps({"moments": listed}, separators=(",", ":")).encode()
    return b"\n".join([head, b"".join(moment.jpeg for moment in moments)])


def decode_moments(message: bytes) -> list[Moment]:
    """The moments of a message, 1 to MAX_MOMENTS; ValueError for any other. The files are not looked at."""
    head, newline, files = message.partition(b"\n")
    if not newline or len(head) > _MAX_HEAD_BYTES:
        raise ValueError("no line of JSON before the pictures")
    try:
        listed = read_json(head)["moments"]
        if not 1 <= len(listed) <= MAX_MOMENTS:
            raise ValueError(f"{len(listed)} moments; expected 1 to {MAX_MOMENTS}")
        moments, start = [], 0
        for each in listed:
            end = start + _whole(each["bytes"])
            left, top, width, height = (float(share) for share in each["box"])
            box = checked_box((left, top, width, height))
            moments.append(Moment(files[start:end], box, from_iso(each["captured_at"])))
            start = end
    except (TypeError, KeyError, OverflowError) as error:
        raise ValueError(f"a field is missing or of a wrong kind: {error}") from None
    if start != len(files):
        raise ValueError(f"{len(files)} bytes of pictures; expected {start}")
    return moments


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        raise ValueError(f"bytes is {value!r:.40}; expected a whole number above 0")
    return value
