"""Type and icons, from the typefaces that come with Blender."""

from pathlib import Path

import bpy
from PIL import Image, ImageDraw, ImageFont


def _fonts_dir() -> Path:
    """The folder of the typefaces that come with Blender, so that no machine needs its own."""
    return Path(bpy.utils.system_resource("DATAFILES")) / "fonts"


def _font(name: str, size_px: float, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(_fonts_dir() / name), max(4, int(size_px)))
    axes = font.get_variation_axes()
    font.set_variation_by_axes([weight if b"eight" in a["name"] else float(a["default"] or 0) for a in axes])
    return font


def glyph(text: str, size_px: float, colour: str, weight: int = 700, *, icon: bool = False) -> Image.Image:
    """A line of text, or an icon of the emoji font, as a tightly cut RGBA picture `size_px` high."""
    name = "NotoEmoji-VariableFont_wght.woff2" if icon else "Inter.woff2"
    font = _font(name, size_px, min(weight, 700) if icon else weight)
    left, top, right, bottom = font.getbbox(text)
    out = Image.new("RGBA", (int(right - left) + 4, int(bottom - top) + 4), (0, 0, 0, 0))
    ImageDraw.Draw(out).text((2 - left, 2 - top), text, font=font, fill=colour)
    return out
