"""Damaged pictures for the decoders of services and edge."""

from __future__ import annotations

import io
import random
import re
import struct
import zlib

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from common.jpeg_header import JpegError
from edge.picture import jpeg
from services.adapters.pillow_pictures import decode, shrink, suffix_of
from services.core.catalogue.visible import check_visible
from services.core.errors import InputError
from tests.adapters.picture_files import saved
from tests.bombs import many_scans
from tests.fuzz.campaign import Target
from tests.fuzz.mutations import Mutator

_NAME = re.compile(rb"IHDR|PLTE|IDAT|IEND|tRNS|tEXt|zTXt|iTXt|eXIf|iCCP|gAMA|acTL|fcTL|fdAT")
_TOKENS = [
    *(
        bytes((0xFF, marker))
        for marker in (0xC0, 0xC2, 0xC4, 0xC9, 0xD0, 0xD8, 0xD9, 0xDA, 0xDB, 0xDD, 0xE1, 0xEE)
    ),
    *(b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"eXIf", b"acTL", b"fcTL", b"\x89PNG\r\n\x1a\n"),
    *(b"GIF89a", b"\x21\xf9\x04", b"\x21\xfe", b",", b";"),
    *(b"RIFF", b"WEBP", b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"EXIF", b"XMP "),
    *(b"Exif\0\0II*\0", b"Exif\0\0MM\0*", b"\x12\x01\x03\0", b"MPF\0", b"Adobe\0", b"JFIF\0"),
]


def _thing() -> Image.Image:
    picture = np.random.default_rng(16).integers(0, 256, (6, 8, 3), np.uint8)
    return Image.fromarray(picture).resize((48, 36), Image.Resampling.BILINEAR)


def _exif() -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x011A] = 6, "a maker", 72.0
    return exif.tobytes()


def jpegs() -> list[bytes]:
    """Small JPEGs of every kind."""
    thing = _thing()
    return [
        saved(thing, "JPEG", exif=_exif(), comment=b"a thing", icc_profile=bytes(200)),
        saved(thing, "JPEG", progressive=True, subsampling=0),
        saved(thing, "JPEG", restart_marker_blocks=2, optimize=True),
        saved(thing.convert("L"), "JPEG"),
        saved(thing.convert("CMYK"), "JPEG"),
        saved(thing, "MPO", save_all=True, append_images=[thing]),
        many_scans(48, 36, 30),
    ]


def _others() -> list[bytes]:
    thing = _thing()
    clear = thing.copy()
    clear.putalpha(thing.convert("L"))
    few = thing.quantize(16)
    text = PngInfo()
    text.add_text("Title", "a thing", zip=True)
    text.add_itxt("XML:com.adobe.xmp", '<x tiff:Orientation="6"/>')
    deep = Image.fromarray((np.arange(48 * 36, dtype=np.uint16) * 37).reshape(36, 48))
    moving = {"save_all": True, "append_images": [thing.rotate(90), thing.rotate(180)]}
    return [
        saved(thing, "PNG", exif=_exif(), pnginfo=text),
        *(saved(each, "PNG") for each in (clear, clear.convert("LA"), deep, thing.convert("1"))),
        saved(few, "PNG", transparency=3, bits=4),
        saved(thing, "PNG", **moving),
        saved(thing, "WEBP", quality=60),
        saved(clear, "WEBP", lossless=True, exif=_exif(), xmp=b'<x tiff:Orientation="8"/>'),
        saved(clear, "WEBP", quality=60),
        saved(thing, "WEBP", **moving),
        saved(few, "GIF", transparency=3, comment=b"a thing"),
        saved(thing, "GIF", **moving),
    ]


def _repair(content: bytes, chance: random.Random) -> bytes:
    """A PNG with right checksums, in half of the cases; else nothing behind a damaged chunk is looked at."""
    if not content.startswith(b"\x89PNG") or chance.random() < 0.5:
        return content
    repaired, at = bytearray(content[:8]), 8
    while _NAME.match(content, at + 4):
        (length,) = struct.unpack_from(">I", content, at)
        body = content[at + 4 : at + 8 + length]
        repaired += content[at : at + 4] + body + struct.pack(">I", zlib.crc32(body))
        at += 12 + length
    return bytes(repaired) + content[at:]


def _decode(content: bytes) -> None:
    """All that is done with a picture file; each step has to refuse it, or to do its work."""
    try:
        picture, suffix = decode(content)
    except InputError:
        # The others may take it: they read less of it.
        for read in (suffix_of, lambda content: shrink(content, side_px=160)):
            try:
                read(content)
            except InputError:
                continue
        raise
    assert (picture.ndim, picture.shape[2], str(picture.dtype)) == (3, 3, "uint8")
    assert suffix == suffix_of(content)
    with Image.open(io.BytesIO(shrink(content, side_px=160))) as small:
        assert max(small.size) <= 160
    check_visible(picture)


def _decode_frame(content: bytes) -> None:
    frame = jpeg.decode(content)
    assert (frame.ndim, frame.shape[2], str(frame.dtype)) == (3, 3, "uint8")


PICTURES = Target(
    "pictures", 0.45, Mutator([*jpegs(), *_others()], _TOKENS, _repair).case, _decode, (InputError,)
)
FRAMES = Target("frames", 0.15, Mutator(jpegs(), _TOKENS[:12]).case, _decode_frame, (JpegError,))
