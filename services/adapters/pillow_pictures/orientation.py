"""The orientation of a picture in EXIF and XMP data, read without a parser of all the rest.

A parser copies the value of each entry, and thousands of entries may name the same megabytes.
"""

from __future__ import annotations

import re
import struct
import zlib
from itertools import islice

UPRIGHT = 1
_EXIF = b"Exif\0\0"
_TAG = 0x0112
# Formats of the types in which the value may be: byte, short, long.
_TYPES = {1: "B", 3: "H", 4: "I"}
_MAX_ENTRIES = 1000
_XMP = re.compile(rb'tiff:Orientation(?:="|>)([0-9])')
# Bytes of EXIF data as hexadecimal text.
_MAX_TEXT = 1 << 20


def orientation_in_exif(exif: bytes) -> int | None:
    """The number 1 to 8 of an EXIF block, None if there is none or the block is damaged."""
    while exif.startswith(_EXIF):
        exif = exif[len(_EXIF) :]
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return None
    try:
        (start,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, start)
        for at in range(start + 2, start + 2 + 12 * min(count, _MAX_ENTRIES), 12):
            tag, kind = struct.unpack_from(f"{order}HH", exif, at)
            if tag == _TAG:
                return _checked(struct.unpack_from(f"{order}{_TYPES[kind]}", exif, at + 8)[0])
    except (struct.error, KeyError):
        return None
    return None


def orientation_in_xmp(xmp: bytes) -> int | None:
    """The number 1 to 8 in an XMP packet, None if there is none."""
    found = _XMP.search(xmp)
    return _checked(int(found[1])) if found else None


def exif_in_text(packed: bytes) -> bytes:
    """The EXIF block that ImageMagick writes into a PNG as packed hexadecimal text; empty if damaged."""
    try:
        lines = zlib.decompressobj().decompress(packed, _MAX_TEXT).split(b"\n")
        return bytes.fromhex(b"".join(islice(lines, 3, None)).decode("ascii"))
    except (zlib.error, ValueError):
        return b""


def _checked(number: int) -> int | None:
    return number if 1 <= number <= 8 else None
