"""A picture file without all that is written beside the picture, such as texts, profiles and further frames.

Decoders read those in ways that a small file can make slow or large. What remains has a known size before any
decoder sees it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from common.jpeg_header import read_header
from services.adapters.pillow_pictures.orientation import (
    UPRIGHT,
    exif_in_text,
    orientation_in_exif,
    orientation_in_xmp,
)

# A PNG of 32 MiB has 4,000 chunks of the usual 8 KiB.
MAX_PARTS = 20_000
# A JPEG's progressive scans: at most a second and a half of decoding, and 64 megapixels in the usual colours.
_MAX_SCANNED_PIXELS, _MAX_HELD_BYTES = 1_000_000_000, 200_000_000
_MAX_PALETTE_BYTES = 768
_EXIF, _JPEG_XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_PNG_START = 8
_PNG_PICTURE = frozenset((b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"))
_PNG_EXIF_TEXT, _PNG_XMP = b"Raw profile type exif\0\0", b"XML:com.adobe.xmp\0\0\0"
_GIF_EXTENSION, _GIF_PICTURE, _GIF_CONTROL = 0x21, 0x2C, 0xF9
_WEBP_HAS_EXIF_OR_XMP = 0x0C


class DamagedError(Exception):
    """A file whose structure is not that of a picture; the text says how."""


@dataclass(frozen=True, slots=True)
class BareFile:
    """The picture's size in pixels, a file of nothing else, its orientation (1 to 8) and bits of a sample."""

    width: int
    height: int
    content: bytes
    orientation: int = UPRIGHT
    bits: int = 8
    check_cost: Callable[[], None] = lambda: None


def bare_jpeg(content: bytes) -> BareFile:
    """A JPEG's size, tables and data, and the segments that name its colours; raises JpegError."""
    header = read_header(content)
    kept, exif, xmp = [content[:2]], b"", b""
    for marker, start, end in header.segments:
        if marker == 0xEE or not (0xE1 <= marker <= 0xEF or marker == 0xFE):
            kept.append(content[start:end])
        elif marker == 0xE1 and content.startswith(_EXIF, start + 4):
            exif = exif or content[start + 4 : end]
        elif marker == 0xE1 and content.startswith(_JPEG_XMP, start + 4):
            xmp = xmp or content[start + 4 : end]
    kept.append(content[header.data_at :])

    def check_cost() -> None:
        pixels = header.width * header.height
        header.check(
            max_pixels=pixels, max_scanned_pixels=_MAX_SCANNED_PIXELS, max_held_bytes=_MAX_HELD_BYTES
        )

    orientation = orientation_in_exif(exif) or orientation_in_xmp(xmp) or UPRIGHT
    return BareFile(header.width, header.height, b"".join(kept), orientation, check_cost=check_cost)


def bare_png(content: bytes) -> BareFile:
    """A PNG's header, palette, transparency and data; of a moving one the still picture."""
    if content[8:16] != b"\0\0\0\x0dIHDR":
        raise DamagedError("it does not begin with its size")
    width, height, bits = struct.unpack(">IIB", content[16:25].ljust(9, b"\0"))
    kept, orientation = [content[:_PNG_START]], None
    for name, start, end in _png_chunks(content):
        if name in _PNG_PICTURE:
            if (name == b"IHDR" and len(kept) > 1) or (
                name == b"PLTE" and end - start > _MAX_PALETTE_BYTES + 12
            ):
                raise DamagedError("two sizes, or a palette of more than 256 colours")
            kept.append(content[start:end])
        elif orientation is None:
            orientation = _png_orientation(name, content[start + 8 : end - 4])
    return BareFile(width, height, b"".join(kept), orientation or UPRIGHT, bits)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """The name, start and end of each chunk, the one that holds its name and length included."""
    at = _PNG_START
    for _ in range(MAX_PARTS):
        name = content[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(content[at : at + 4])
        yield name, at, end
        if name == b"IEND" or end >= len(content):
            return
        at = end
    raise DamagedError(f"more than {MAX_PARTS} parts")


def _png_orientation(name: bytes, body: bytes) -> int | None:
    if name == b"eXIf":
        return orientation_in_exif(body)
    if name == b"zTXt" and body.startswith(_PNG_EXIF_TEXT):
        return orientation_in_exif(exif_in_text(body[len(_PNG_EXIF_TEXT) :]))
    return orientation_in_xmp(body) if name == b"iTXt" and body.startswith(_PNG_XMP) else None


def bare_gif(content: bytes) -> BareFile:
    """A GIF's first picture, with its palettes and transparency."""
    if len(content) < 13:
        raise DamagedError("it ends within its header")
    width, height = struct.unpack_from("<HH", content, 6)
    head = at = 13 + _gif_palette_bytes(content[10])
    control = b""
    for _ in range(MAX_PARTS):
        if at + 10 > len(content):
            break
        if content[at] == _GIF_PICTURE:
            left, top, wide, high = struct.unpack_from("<HHHH", content, at + 1)
            kept = b"".join([content[:head], control, content[at:]])
            return BareFile(max(width, left + wide), max(height, top + high), kept)
        if content[at] == _GIF_EXTENSION:
            end = _gif_blocks_end(content, at + 2)
            control = content[at:end] if content[at + 1] == _GIF_CONTROL and end - at == 8 else control
            at = end
        else:
            at += 1
    raise DamagedError("no picture in it")


def _gif_palette_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _gif_blocks_end(content: bytes, at: int) -> int:
    for _ in range(MAX_PARTS):
        length = content[at] if at < len(content) else 0
        at += 1 + length
        if length == 0:
            return at
    raise DamagedError(f"more than {MAX_PARTS} parts")


def bare_webp(content: bytes) -> BareFile:
    """A WebP as it is: its decoder reads no more than it needs."""
    form, flags = content[12:16], content[20] if len(content) > 20 else 0
    if form == b"VP8X":
        width, height = (1 + int.from_bytes(content[at : at + 3], "little") for at in (24, 27))
    elif form == b"VP8L" and content[20:21] == b"\x2f":
        packed = int.from_bytes(content[21:25], "little")
        width, height = (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    elif form == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width, height = (int.from_bytes(content[at : at + 2], "little") & 0x3FFF for at in (26, 28))
    else:
        raise DamagedError("no picture in it")
    has_more = form == b"VP8X" and flags & _WEBP_HAS_EXIF_OR_XMP
    return BareFile(width, height, content, _webp_orientation(content) if has_more else UPRIGHT)


def _webp_orientation(content: bytes) -> int:
    found: dict[bytes, tuple[int, int]] = {}
    at = 12
    for _ in range(MAX_PARTS):
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        found.setdefault(content[at : at + 4], (at + 8, at + 8 + length))
        at += 8 + length + length % 2
        if at >= len(content):
            break
    exif, xmp = (content[slice(*found.get(name, (0, 0)))] for name in (b"EXIF", b"XMP "))
    return orientation_in_exif(exif) or orientation_in_xmp(xmp) or UPRIGHT
