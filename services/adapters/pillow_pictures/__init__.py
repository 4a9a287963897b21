"""Decoding and shrinking of pictures, with Pillow, in bounded memory and time.

At most about 260 MB for any picture that is accepted (tests/adapters/test_pillow_memory.py).
"""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from common.jpeg_header import JpegCostError, JpegError
from services.adapters.pillow_pictures.bare_file import (
    BareFile,
    DamagedError,
    bare_gif,
    bare_jpeg,
    bare_png,
    bare_webp,
)
from services.adapters.pillow_pictures.drawing import drawn, to_bgr, turned
from services.adapters.pillow_pictures.kinds import kind_of, name_of
from services.core.errors import InputError, TooLargeError
from services.core.ports import Picture

SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "GIF": ".gif"}
# Pillow's class of each kind. Its `open` takes a phone's JPEG with a second picture for another kind.
_FILES: dict[str, Callable[[io.BytesIO], Image.Image]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WEBP": WebPImageFile,
    "GIF": GifImageFile,
}
_BARE: dict[str, Callable[[bytes], BareFile]] = {
    "JPEG": bare_jpeg,
    "PNG": bare_png,
    "WEBP": bare_webp,
    "GIF": bare_gif,
}
# A JPEG is made smaller while it is decoded. The others take 4 bytes a pixel, a WebP in its decoder 16 more.
MAX_MEGAPIXELS = {"JPEG": 64, "PNG": 40, "WEBP": 16, "GIF": 40}
MAX_SIDE_PX = 32_768
# Far above any model's input; a picture of which both sides are larger is made smaller by a whole factor.
ENOUGH_PX = 1024
# A long picture is made smaller too: it would take a gigabyte to draw its views.
_ENOUGH_PIXELS = 8 * ENOUGH_PX**2
_SMALL_QUALITY = 80
# Of a part of a picture that was a JPEG before.
_CUT_QUALITY = 92
_EXPECTED = f"expected a {', '.join(SUFFIXES)} picture of at most {MAX_MEGAPIXELS['JPEG']} megapixels"
# Ours are checked before.
Image.MAX_IMAGE_PIXELS = None


def decode(content: bytes) -> tuple[Picture, str]:
    """A picture file to uint8 [height, width, 3] in BGR, upright, and its suffix; raises InputError.

    Transparent parts become white, as the ground of a catalogue's picture mostly is. Of several frames it is
    the first.
    """
    kind, bare = _bare(content)
    times = _times(bare.width, bare.height)
    image = _decoded(kind, bare, at_least=(max(1, bare.width // times), max(1, bare.height // times)))
    # What the decoder has not divided already.
    left = max(1, times // max(1, round(bare.width / image.width)))
    small = drawn(image, times=(left, left), bits=bare.bits)
    return to_bgr(turned(small, bare.orientation)), SUFFIXES[kind]


def shrink(content: bytes, *, side_px: int) -> bytes:
    """A picture file as an upright JPEG of at most this width and height, on white; raises InputError."""
    kind, bare = _bare(content)
    # Twice the wanted longer side: small enough to be quick, and large enough to stay sharp.
    scale = 2 * side_px / max(bare.width, bare.height)
    width, height = (max(1, round(side * scale)) for side in (bare.width, bare.height))
    image = _decoded(kind, bare, at_least=(width, height))
    times = max(1, image.width // width), max(1, image.height // height)
    small = turned(drawn(image, times=times, bits=bare.bits), bare.orientation)
    small.thumbnail((side_px, side_px))
    file = io.BytesIO()
    small.save(file, "JPEG", quality=_SMALL_QUALITY, optimize=True)
    return file.getvalue()


def encode(picture: Picture) -> bytes:
    """A picture, uint8 [height, width, 3] in BGR, as a JPEG file."""
    file = io.BytesIO()
    Image.fromarray(picture[..., ::-1]).save(file, "JPEG", quality=_CUT_QUALITY)
    return file.getvalue()


def suffix_of(content: bytes) -> str:
    """The suffix of a picture file, read from its header alone; raises InputError."""
    return SUFFIXES[_bare(content)[0]]


def _times(width: int, height: int) -> int:
    times = max(factor for factor in (1, 2, 4, 8) if factor == 1 or min(width, height) >= factor * ENOUGH_PX)
    while width * height > times * times * _ENOUGH_PIXELS:
        times *= 2
    return times


def _bare(content: bytes) -> tuple[str, BareFile]:
    """The kind of a picture file, and the picture alone; raises InputError."""
    if not content:
        raise InputError(f"the picture is empty; {_EXPECTED}")
    kind = kind_of(content)
    if kind is None:
        name = name_of(content)
        raise InputError(
            f"this is {name}; {_EXPECTED}" if name else f"not a picture that can be read; {_EXPECTED}"
        )
    try:
        bare = _BARE[kind](content)
        _check_size(kind, bare.width, bare.height)
        bare.check_cost()
    except JpegCostError as error:
        raise TooLargeError(f"the picture has {error}") from None
    except (JpegError, DamagedError) as error:
        raise InputError(f"the picture is damaged ({_damage(error)}); {_EXPECTED}") from None
    return kind, bare


def _check_size(kind: str, width: int, height: int) -> None:
    if not (width and height):
        raise InputError(f"the picture is damaged (no pixels); {_EXPECTED}")
    most = MAX_MEGAPIXELS[kind]
    if width * height > most * 1_000_000 or max(width, height) > MAX_SIDE_PX:
        raise TooLargeError(
            f"the picture has {width} x {height} pixels; "
            f"expected a {kind} picture of at most {most} megapixels and {MAX_SIDE_PX} pixels a side"
        )


def _damage(error: Exception) -> str:
    """A decoder's error in words."""
    told = str(error)
    if "truncated" in told and "damaged" not in told:
        return "the file ends too early"
    return ascii(told[:100])[1:-1] or type(error).__name__


def _decoded(kind: str, bare: BareFile, *, at_least: tuple[int, int]) -> Image.Image:
    """The picture, a JPEG perhaps smaller, but not below this; InputError for whatever the decoder raises."""
    try:
        image = _FILES[kind](io.BytesIO(bare.content))
        _check_size(kind, *image.size)
        image.draft("RGB", at_least)
        image.load()
    except InputError:
        raise
    except Exception as error:  # decoders raise errors of any kind, MemoryError and KeyError among them
        raise InputError(f"the picture is damaged ({_damage(error)}); {_EXPECTED}") from None
    return image
