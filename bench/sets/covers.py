"""Drawn covers, cards and labels: our own sample pictures, drawn shapes and words on coloured grounds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont, ImageOps

from bench.sets.folder import Image
from services.core.catalogue.views import thing_mask

# fmt: off
_WORDS = (
    "Silver", "River", "Winter", "Garden", "House", "Light", "Secret", "World", "Little", "Night",
    "Story", "History", "Modern", "Art", "Cooking", "Music", "Stone", "Bird", "North", "Island",
    "Letter", "Window", "Summer", "Dark", "Road", "Empire", "Science", "Guide", "Green", "Ocean",
)
# fmt: on
_SIZES = ((420, 600), (480, 480), (560, 360))
_LAYOUTS = 4
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Style:
    """What the covers of one series share."""

    size: tuple[int, int]
    ground: Colour
    ink: Colour
    layout: int

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Style:
        """A random one."""
        return cls(
            size=_SIZES[int(rng.integers(len(_SIZES)))],
            ground=_colour(rng, 20, 240),
            ink=_colour(rng, 0, 255),
            layout=int(rng.integers(_LAYOUTS)),
        )


def load_art(pictures: Path) -> list[Pillow.Image]:
    """Things cut out of pictures with a plain ground, RGBA, each as it is and as in a mirror."""
    art = []
    for path in sorted(pictures.iterdir()):
        picture = Pillow.open(path).convert("RGB").resize((300, 300))
        mask = Pillow.fromarray((thing_mask(np.asarray(picture)) * 255).astype(np.uint8))
        picture.putalpha(mask)
        thing = picture.crop(mask.getbbox())
        art += [thing, ImageOps.mirror(thing)]
    return art


def draw_cover(
    rng: np.random.Generator, style: Style, *, art: list[Pillow.Image], main: Pillow.Image
) -> Image:
    """A cover in a style, BGR; those of one style differ by pictures, shapes and words."""
    width, height = style.size
    cover = _ground(style)
    draw = ImageDraw.Draw(cover)
    for _ in range(int(rng.integers(4, 12)) if style.layout == 3 else int(rng.integers(0, 4))):
        _shape(draw, rng, style.size)
    _paste(cover, main, rng, side=int(rng.uniform(0.35, 0.75) * min(width, height)))
    for _ in range(int(rng.integers(0, 3))):
        small = art[int(rng.integers(len(art)))]
        _paste(cover, small, rng, side=int(rng.uniform(0.12, 0.3) * min(width, height)))
    letters = rng.uniform(0.07, 0.12) * width
    _line(draw, 0.04 * height, _words(rng, 2), letters, style)
    _line(draw, 0.04 * height + 1.2 * letters, _words(rng, 1), letters, style)
    _line(draw, 0.9 * height, _words(rng, 2), 0.05 * width, style)
    if rng.random() < 0.4:
        top = rng.uniform(0.5, 0.8) * height
        for number in range(int(rng.integers(2, 6))):
            _line(draw, top + number * 0.04 * width, _words(rng, 5).lower(), 0.03 * width, style)
    return np.ascontiguousarray(np.asarray(cover)[..., ::-1])


def _ground(style: Style) -> Pillow.Image:
    width, height = style.size
    if style.layout in (0, 3):
        return Pillow.new("RGB", style.size, style.ground)
    down = np.linspace(0, 0.5, height)[:, None, None]
    shade = np.array(style.ground) + down * (np.array(style.ink) - np.array(style.ground))
    return Pillow.fromarray(np.broadcast_to(shade, (height, width, 3)).astype(np.uint8))


def _shape(draw: ImageDraw.ImageDraw, rng: np.random.Generator, size: tuple[int, int]) -> None:
    """A ring, a bar or a jagged patch."""
    middle, reach = rng.uniform((0, 0), size), rng.uniform(10, 110)
    colour, kind = _colour(rng, 0, 255), int(rng.integers(3))
    box = (*(middle - reach).tolist(), *(middle + reach).tolist())
    if kind == 0:
        draw.ellipse(box, outline=colour, width=int(rng.integers(1, 9)))
    elif kind == 1:
        end = middle + rng.normal(0, reach, 2)
        draw.line([*middle.tolist(), *end.tolist()], fill=colour, width=int(rng.integers(2, 24)))
    else:
        angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 9))))
        points = (
            middle
            + np.stack([np.cos(angles), np.sin(angles)], 1) * rng.uniform(0.4, 1, (len(angles), 1)) * reach
        )
        draw.polygon(points.ravel().tolist(), fill=colour)


def _paste(cover: Pillow.Image, picture: Pillow.Image, rng: np.random.Generator, *, side: int) -> None:
    small = picture.copy()
    small.thumbnail((side, side))
    left = int(rng.uniform(0, max(1, cover.width - small.width)))
    lowest = max(0.16 * cover.height, cover.height - small.height)
    cover.paste(small, (left, int(rng.uniform(0.15 * cover.height, lowest))), small)


def _line(draw: ImageDraw.ImageDraw, top: float, text: str, letters: float, style: Style) -> None:
    # The typeface that comes with Pillow: no machine needs its own.
    font = ImageFont.load_default(size=max(9, letters))
    draw.text((int(0.06 * style.size[0]), int(top)), text, fill=style.ink, font=font)


def _words(rng: np.random.Generator, count: int) -> str:
    return " ".join(_WORDS[int(place)] for place in rng.integers(0, len(_WORDS), count))


def _colour(rng: np.random.Generator, lowest: int, highest: int) -> Colour:
    red, green, blue = (int(value) for value in rng.integers(lowest, highest, 3))
    return red, green, blue
