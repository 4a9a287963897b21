"""Decoding of pictures with Pillow."""

from __future__ import annotations

import io
import warnings

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from services.core.domain import InputError
from services.core.ports import Picture

SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "GIF": ".gif"}
MAX_PIXELS = 64_000_000


def decode(content: bytes) -> tuple[Picture, str]:
    """A picture file to uint8 [height, width, 3] in BGR, upright, and its suffix; raises InputError.

    Transparent parts become white, as the ground of a catalogue's picture mostly is.
    """
    expected = f"expected a {', '.join(SUFFIXES)} picture of at most {MAX_PIXELS // 1_000_000} megapixels"
    if not content:
        raise InputError(f"the picture is empty; {expected}")
    try:
        with warnings.catch_warnings():
            # Our own limit follows; Pillow's would warn on stderr.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=list(SUFFIXES)) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise InputError(f"the picture has {image.width} x {image.height} pixels; {expected}")
                suffix = SUFFIXES[image.format or ""]
                # A JPEG far above any model's input is decoded at a fraction of its size.
                image.draft("RGB", (1024, 1024))
                upright = ImageOps.exif_transpose(image)
                rgb = _to_rgb(upright)
    except UnidentifiedImageError:
        raise InputError(f"not a picture that can be read; {expected}") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"the picture is damaged ({error}); {expected}") from None
    return np.ascontiguousarray(np.asarray(rgb)[..., ::-1]), suffix


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits of grey; Pillow's own conversion cuts everything above 255
        levels = np.asarray(image).astype(np.int64) * 255 // 65535
        image = Image.fromarray(levels.clip(0, 255).astype(np.uint8))
    return _on_white(image) if image.has_transparency_data else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    layer = image.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(white, layer).convert("RGB")
