"""Draws the flat artwork (labels, prints, covers) that is wrapped around the 3D shapes."""

from collections.abc import Callable
from typing import Any

from PIL import Image, ImageDraw

from . import patterns
from .glyphs import glyph

Layer = dict[str, Any]
SCALE = 2  # everything is drawn twice as large and shrunk, which is Pillow's only way to smooth edges


def _paste(img: Image.Image, what: Image.Image, cx: float, cy: float) -> None:
    img.paste(what, (int(cx * img.width - what.width / 2), int(cy * img.height - what.height / 2)), what)


def _text(img: Image.Image, layer: Layer) -> None:
    for cx in layer.get("at", [0.5]):
        what = glyph(layer["text"], layer["size"] * img.height, layer["colour"], layer.get("weight", 800))
        if "max" in layer and what.width > layer["max"] * img.width:
            share = layer["max"] * img.width / what.width
            what = what.resize((int(what.width * share), int(what.height * share)))
        if layer.get("turn"):
            what = what.rotate(layer["turn"], expand=True, resample=Image.Resampling.BICUBIC)
        _paste(img, what, cx, layer["y"])


def _icon(img: Image.Image, layer: Layer) -> None:
    for cx in layer.get("at", [0.5]):
        what = glyph(layer["icon"], layer["size"] * img.height, layer["colour"], 700, icon=True)
        if layer.get("turn"):
            what = what.rotate(layer["turn"], expand=True, resample=Image.Resampling.BICUBIC)
        _paste(img, what, cx, layer["y"])


def _panel(img: Image.Image, layer: Layer) -> None:
    """A rectangle, ellipse or arch; `w` and `h` are shares of the picture's height."""
    draw, width, height = ImageDraw.Draw(img), layer["w"] * img.height, layer["h"] * img.height
    edge = int(layer.get("edge", 0.012) * img.height) if "line" in layer else 0
    for cx in layer.get("at", [0.5]):
        x, y = cx * img.width - width / 2, layer["y"] * img.height - height / 2
        box = (x, y, x + width, y + height)
        if layer.get("shape") == "ellipse":
            draw.ellipse(box, fill=layer["colour"], outline=layer.get("line"), width=edge)
        else:
            radius = layer.get("round", 0.04) * img.height
            draw.rounded_rectangle(box, radius, fill=layer["colour"], outline=layer.get("line"), width=edge)


def _band(img: Image.Image, layer: Layer) -> None:
    top, bottom = layer["from"] * img.height, layer["to"] * img.height
    ImageDraw.Draw(img).rectangle((0, top, img.width, bottom), fill=layer["colour"])


LAYERS: dict[str, Callable[[Image.Image, Layer], None]] = {
    "text": _text,
    "icon": _icon,
    "panel": _panel,
    "band": _band,
    **patterns.PATTERNS,
}


def draw(layers: list[Layer], aspect: float, height_px: int = 640) -> Image.Image:
    """The layers painted over each other, RGB, `aspect` times as wide as high."""
    img = Image.new("RGB", (int(height_px * aspect) * SCALE, height_px * SCALE), "#ffffff")
    for layer in layers:
        LAYERS[layer["do"]](img, layer)
    return img.resize((img.width // SCALE, img.height // SCALE), Image.Resampling.LANCZOS)
