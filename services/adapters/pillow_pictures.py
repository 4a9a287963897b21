"""Decoding and shrinking of pictures, with Pillow."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from services.core.errors import InputError
from services.core.ports import Picture

SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "GIF": ".gif"}
MAX_PIXELS = 64_000_000
# Far above any model's input; a picture of which both sides are larger is made smaller by a whole factor.
ENOUGH_PX = 1024
_SMALL_QUALITY = 80
_EXPECTED = f"expected a {', '.join(SUFFIXES)} picture of at most {MAX_PIXELS // 1_000_000} megapixels"
# Our own limit is lower and raises InputError; a temporary filter is not safe between threads.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
_FAULTS = (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning)


def decode(content: bytes) -> tuple[Picture, str]:
    """A picture file to uint8 [height, width, 3] in BGR, upright, and its suffix; raises InputError.

    Transparent parts become white, as the ground of a catalogue's picture mostly is. Of several frames it is
    the first.
    """
    with _opened(content) as image:
        suffix = SUFFIXES[image.format or ""]
        image.draft("RGB", (ENOUGH_PX, ENOUGH_PX))  # a JPEG need not be decoded whole
        rgb = _to_rgb(ImageOps.exif_transpose(image))
    times = max(factor for factor in (1, 2, 4, 8) if factor == 1 or min(rgb.size) >= factor * ENOUGH_PX)
    if times > 1:
        rgb = rgb.reduce(times)
    return np.ascontiguousarray(np.asarray(rgb)[..., ::-1]), suffix


def shrink(content: bytes, *, side_px: int) -> bytes:
    """A picture file as an upright JPEG of at most this width and height, on white; raises InputError."""
    with _opened(content) as image:
        # Twice the wanted longer side: small enough to be quick, and large enough to stay sharp.
        scale = 2 * side_px / max(image.size)
        width, height = (max(1, round(side * scale)) for side in image.size)
        image.draft("RGB", (width, height))
        rgb = _to_rgb(ImageOps.exif_transpose(image))
    rgb.thumbnail((side_px, side_px))
    small = io.BytesIO()
    rgb.save(small, "JPEG", quality=_SMALL_QUALITY, optimize=True)
    return small.getvalue()


def suffix_of(content: bytes) -> str:
    """The suffix of a picture file, read from its header alone; raises InputError."""
    with _opened(content) as image:
        return SUFFIXES[image.format or ""]


@contextmanager
def _opened(content: bytes) -> Iterator[Image.Image]:
    """The picture, not yet decoded; its errors within the block become InputError too."""
    if not content:
        raise InputError(f"the picture is empty; {_EXPECTED}")
    try:
        with Image.open(io.BytesIO(content), formats=list(SUFFIXES)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise InputError(f"the picture has {image.width} x {image.height} pixels; {_EXPECTED}")
            yield image
    except UnidentifiedImageError:
        raise InputError(f"not a picture that can be read; {_EXPECTED}") from None
    except _FAULTS as error:
        raise InputError(f"the picture is damaged ({error}); {_EXPECTED}") from None


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits of grey; Pillow's own conversion cuts everything above 255
        levels = np.asarray(image).astype(np.int64) * 255 // 65535
        image = Image.fromarray(levels.clip(0, 255).astype(np.uint8))
    return _on_white(image) if image.has_transparency_data else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    layer = image.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(white, layer).convert("RGB")
