"""Patterns for prints and glazes; every one fills the whole picture it is given."""

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image, ImageColor, ImageDraw

from .glyphs import glyph

Layer = dict[str, Any]
Array = np.ndarray[Any, Any]


def _fill(img: Image.Image, layer: Layer) -> None:
    """One colour, or a gradient from top to bottom over several."""
    colours = [np.array(ImageColor.getrgb(c), float) for c in layer["colours"]]
    if len(colours) == 1:
        img.paste(tuple(int(v) for v in colours[0]), (0, 0, *img.size))
        return
    at = np.linspace(0, len(colours) - 1, img.height)
    column = np.stack([np.interp(at, range(len(colours)), [c[k] for c in colours]) for k in range(3)], 1)
    img.paste(Image.fromarray(np.repeat(column[:, None].astype(np.uint8), img.width, 1)))


def _stripes(img: Image.Image, layer: Layer) -> None:
    """`n` stripes, across ("h"), upright ("v") or slanting ("d")."""
    way, n, colours = layer.get("way", "h"), layer["n"], layer["colours"]
    y, x = np.mgrid[0 : img.height, 0 : img.width].astype(float)
    place = {"h": y / img.height, "v": x / img.width, "d": (x + y) / img.height}[way]
    _choose(img, (place * n).astype(int), colours)


def _choose(img: Image.Image, index: Array, colours: list[str]) -> None:
    table = np.array([ImageColor.getrgb(c) for c in colours], np.uint8)
    img.paste(Image.fromarray(table[index % len(colours)]))


def _checks(img: Image.Image, layer: Layer) -> None:
    """Squares in two colours, or gingham (a third colour where the stripes cross)."""
    y, x = np.mgrid[0 : img.height, 0 : img.width].astype(float)
    cell = img.height / layer["n"]
    a, b = (x // cell).astype(int) % 2, (y // cell).astype(int) % 2
    _choose(img, a + b if len(layer["colours"]) == 3 else (a + b) % 2, layer["colours"])


def _zigzag(img: Image.Image, layer: Layer) -> None:
    y, x = np.mgrid[0 : img.height, 0 : img.width].astype(float) / img.height
    n, teeth = layer["n"], layer.get("teeth", 6)
    _choose(img, ((y + abs((x * teeth) % 2 - 1) * layer.get("deep", 0.12)) * n).astype(int), layer["colours"])


def _waves(img: Image.Image, layer: Layer) -> None:
    y, x = np.mgrid[0 : img.height, 0 : img.width].astype(float) / img.height
    swing = np.sin(x * 2 * math.pi * layer.get("beats", 3)) * layer.get("deep", 0.04)
    _choose(img, np.clip((y + swing) * layer["n"], 0, None).astype(int), layer["colours"])


def _scales(img: Image.Image, layer: Layer) -> None:
    """Overlapping half discs (seigaiha), row by row from the top."""
    draw, step = ImageDraw.Draw(img), img.height / layer["n"]
    for row in range(layer["n"] * 2 + 3):
        for col in range(int(img.width / step) + 2):
            cx, cy = (col + row % 2 / 2) * step, (row - 1) * step / 2
            for k, colour in enumerate(layer["colours"]):
                r = step / 2 * (1 - k / len(layer["colours"]))
                draw.ellipse((cx - r, cy - r, cx + r, cy + r), fill=colour)


def _grid(layer: Layer, img: Image.Image) -> list[tuple[float, float, random.Random]]:
    """Points in staggered rows with a seeded jitter, in pixels."""
    rng, step = random.Random(layer.get("seed", 1)), img.height / layer["n"]
    jitter = layer.get("jitter", 0.0) * step
    points = []
    for row in range(layer["n"] + 1):
        for col in range(int(img.width / step) + 2):
            x = (col + row % 2 / 2) * step + rng.uniform(-jitter, jitter)
            points.append((x, (row + 0.25) * step + rng.uniform(-jitter, jitter), rng))
    return points


def _dots(img: Image.Image, layer: Layer) -> None:
    draw, r = ImageDraw.Draw(img), layer.get("size", 0.3) * img.height / layer["n"]
    for i, (x, y, _) in enumerate(_grid(layer, img)):
        draw.ellipse((x - r, y - r, x + r, y + r), fill=layer["colours"][i % len(layer["colours"])])


def _flowers(img: Image.Image, layer: Layer) -> None:
    """Flowers of `petals` petals; the last colour is that of the hearts."""
    draw, petals = ImageDraw.Draw(img), layer.get("petals", 6)
    size = layer.get("size", 0.42) * img.height / layer["n"]
    for i, (x, y, rng) in enumerate(_grid(layer, img)):
        colour, start = layer["colours"][i % (len(layer["colours"]) - 1)], rng.uniform(0, 6.28)
        for k in range(petals):
            a, r = start + k * 2 * math.pi / petals, size * 0.45
            px, py = x + math.cos(a) * size * 0.6, y + math.sin(a) * size * 0.6
            draw.ellipse((px - r, py - r, px + r, py + r), fill=colour)
        draw.ellipse(
            (x - size * 0.3, y - size * 0.3, x + size * 0.3, y + size * 0.3), fill=layer["colours"][-1]
        )


def _terrazzo(img: Image.Image, layer: Layer) -> None:
    """Scattered chips with three to six corners."""
    draw = ImageDraw.Draw(img)
    for i, (x, y, rng) in enumerate(_grid({"jitter": 0.5, **layer}, img)):
        r, corners = layer.get("size", 0.4) * img.height / layer["n"], rng.randint(3, 6)
        angles = sorted(rng.uniform(0, 6.28) for _ in range(corners))
        spots = [(x + math.cos(a) * r * rng.uniform(0.6, 1), y + math.sin(a) * r) for a in angles]
        draw.polygon(spots, fill=layer["colours"][i % len(layer["colours"])])


def _rays(img: Image.Image, layer: Layer) -> None:
    """Rays from the point (0.5, y) of the picture."""
    y, x = np.mgrid[0 : img.height, 0 : img.width].astype(float)
    angle = np.arctan2(y - layer.get("y", 0.6) * img.height, x - 0.5 * img.width)
    _choose(img, (angle / (2 * math.pi) * layer["n"]).astype(int) + (angle < 0), layer["colours"])


def _hills(img: Image.Image, layer: Layer) -> None:
    """Ranges of hills, the farthest first."""
    draw, rng = ImageDraw.Draw(img), random.Random(layer.get("seed", 1))
    for k, colour in enumerate(layer["colours"]):
        base = layer.get("top", 0.4) + k * layer.get("step", 0.16)
        waves = [
            (rng.randint(2, 6), rng.uniform(0, 6.28), layer.get("deep", 0.06) / (i + 1)) for i in range(3)
        ]
        line = []
        for x in range(0, img.width + 8, 8):
            swing = sum(h * math.sin(x / img.width * 6.28 * f + p) for f, p, h in waves)
            line.append((x, (base + swing) * img.height))
        draw.polygon([*line, (img.width, img.height), (0, img.height)], fill=colour)


def _icons(img: Image.Image, layer: Layer) -> None:
    """Emoji-font icons in staggered rows, turned a little each."""
    size = layer.get("size", 0.6) * img.height / layer["n"]
    stamps = [glyph(g, size, c, icon=True) for g, c in zip(layer["icons"], layer["colours"], strict=True)]
    for i, (x, y, rng) in enumerate(_grid(layer, img)):
        stamp = stamps[i % len(stamps)].rotate(
            rng.uniform(-1, 1) * layer.get("turn", 15), Image.Resampling.BICUBIC, True
        )
        img.paste(stamp, (int(x - stamp.width / 2), int(y - stamp.height / 2)), stamp)


PATTERNS: dict[str, Callable[[Image.Image, Layer], None]] = {
    "fill": _fill,
    "stripes": _stripes,
    "checks": _checks,
    "zigzag": _zigzag,
    "waves": _waves,
    "scales": _scales,
    "dots": _dots,
    "flowers": _flowers,
    "terrazzo": _terrazzo,
    "rays": _rays,
    "hills": _hills,
    "icons": _icons,
}
