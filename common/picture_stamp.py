"""The stamp of a camera's picture: which frame it shows, in a comment inside the JPEG file.

Shipped with the edge too, so it imports nothing of the other modules.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from common.read_json import read_json
from common.wire import from_iso, is_session, to_iso

# The most bytes that a stamp adds to a file.
STAMP_BYTES = 128
_START, _COMMENT, _JFIF, _DATA = b"\xff\xd8", b"\xff\xfe", b"\xff\xe0", b"\xff\xda"
# Segments that are looked through: the stamp is one of the first.
_LOOKED_THROUGH = 8


@dataclass(frozen=True, slots=True)
class Stamp:
    """A frame's name: a session of its camera, and the observation's `seq` in it; and its capture time.

    `seq` is None for a frame of which no observation was sent.
    """

    session: str
    seq: int | None
    captured_at_s: float


def stamped(jpeg: bytes, stamp: Stamp) -> bytes:
    """The JPEG file with a stamp, in a comment behind the file's own header; nothing else changes."""
    named = {"session": stamp.session, "seq": stamp.seq, "captured_at": to_iso(stamp.captured_at_s)}
    text = json.dumps(named, separators=(",", ":")).encode()
    at = len(_START)
    if jpeg[at : at + 2] == _JFIF:  # which must be the first
        at = _end_of(jpeg, at)
    return b"".join([jpeg[:at], _COMMENT, (len(text) + 2).to_bytes(2), text, jpeg[at:]])


def stamp_of(jpeg: bytes) -> Stamp | None:
    """The stamp of a JPEG file, None for one without: other programs' comments are no stamps."""
    at = len(_START)
    for _ in range(_LOOKED_THROUGH):
        marker, end = jpeg[at : at + 2], _end_of(jpeg, at)
        if marker[:1] != b"\xff" or marker == _DATA:
            break
        if marker == _COMMENT and end - at <= STAMP_BYTES:
            stamp = _read(jpeg[at + 4 : end])
            if stamp is not None:
                return stamp
        at = end
    return None


def _end_of(jpeg: bytes, at: int) -> int:
    """The end of the segment whose marker is at this place."""
    return at + 2 + int.from_bytes(jpeg[at + 2 : at + 4])


def _read(text: bytes) -> Stamp | None:
    try:
        named = read_json(text)
        session, seq, captured_at_s = named["session"], named["seq"], from_iso(named["captured_at"])
    except (ValueError, TypeError, KeyError, OverflowError):
        return None
    whole = isinstance(seq, int) and not isinstance(seq, bool) and 0 <= seq <= 2**53
    return Stamp(session, seq, captured_at_s) if is_session(session) and (whole or seq is None) else None
