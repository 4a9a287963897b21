"""Drawing of an opened picture as RGB, smaller and upright, a strip at a time for the sake of memory."""

from __future__ import annotations

import numpy as np
from PIL import Image

from services.core.ports import Picture

# Pixels that are converted at once.
_STRIP_PIXELS = 1 << 20
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def drawn(image: Image.Image, *, times: tuple[int, int], bits: int) -> Image.Image:
    """The picture as RGB on white, its width and height divided by `times`; `bits` are those of a sample."""
    _scale_transparency(image, bits)
    wide, high = times
    if times == (1, 1) and _is_plain_rgb(image):
        return image
    rows = max(1, _STRIP_PIXELS // image.width // high) * high
    result = Image.new("RGB", (-(-image.width // wide), -(-image.height // high)))
    for top in range(0, image.height, rows):
        strip = image.crop((0, top, image.width, min(top + rows, image.height)))
        result.paste(_to_rgb(strip).reduce(times), (0, top // high))
    return result


def turned(image: Image.Image, orientation: int) -> Image.Image:
    """The picture upright, by its EXIF orientation."""
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


def to_bgr(image: Image.Image) -> Picture:
    """An RGB picture as uint8 [height, width, 3] in BGR."""
    return np.ascontiguousarray(np.asarray(image)[..., ::-1])


def _scale_transparency(image: Image.Image, bits: int) -> None:
    """Give the transparent colour in 8 bits a sample, as Pillow gives the picture; it reads it as written."""
    colour = image.info.get("transparency")
    if image.mode not in ("L", "RGB") or bits == 8 or colour is None:
        return
    most = (1 << bits) - 1
    eight = [value >> 8 if bits == 16 else value * 255 // most for value in np.atleast_1d(colour).tolist()]
    image.info["transparency"] = eight[0] if image.mode == "L" else tuple(eight)


def _is_plain_rgb(image: Image.Image) -> bool:
    return image.mode == "RGB" and not image.has_transparency_data


def _to_rgb(image: Image.Image) -> Image.Image:
    if _is_plain_rgb(image):
        return image
    if image.mode.startswith("I"):
        return _from_16_bits(image)
    return _on_white(image) if image.has_transparency_data else image.convert("RGB")


def _from_16_bits(image: Image.Image) -> Image.Image:
    """16 bits of grey; Pillow's own conversion cuts everything above 255."""
    samples = np.asarray(image).astype(np.int64)
    levels = (samples * 255 // 65535).clip(0, 255).astype(np.uint8)
    if isinstance(transparent := image.info.get("transparency"), int):
        levels[samples == transparent] = 255
    return Image.fromarray(levels).convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    layer = image.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(white, layer).convert("RGB")
