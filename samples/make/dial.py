"""Draws clock faces."""

import math
from typing import Any

from PIL import Image, ImageDraw

from .glyphs import glyph

SIZE = 1024


def _hand(draw: ImageDraw.ImageDraw, share: float, length: float, width: int, colour: str) -> None:
    a, c = share * 2 * math.pi - math.pi / 2, SIZE / 2
    tip = (c + math.cos(a) * length * c, c + math.sin(a) * length * c)
    tail = (c - math.cos(a) * 0.1 * c, c - math.sin(a) * 0.1 * c)
    draw.line((tail, tip), fill=colour, width=width)


def dial(form: dict[str, Any]) -> Image.Image:
    """A face with numerals or strokes and two hands, at the time that `form` names."""
    img = Image.new("RGB", (SIZE, SIZE), form["face"])
    draw, c, ink = ImageDraw.Draw(img), SIZE / 2, form["ink"]
    if "ring" in form:
        draw.ellipse((40, 40, SIZE - 40, SIZE - 40), outline=form["ring"], width=50)
    for hour in range(1, 13):
        a = hour / 12 * 2 * math.pi - math.pi / 2
        x, y = c + math.cos(a) * 0.76 * c, c + math.sin(a) * 0.76 * c
        if form.get("marks", "numbers") == "numbers":
            number = glyph(str(hour), 120, ink, 700)
            img.paste(number, (int(x - number.width / 2), int(y - number.height / 2)), number)
        else:
            inner = 0.66 if hour % 3 else 0.56
            draw.line(
                (
                    c + math.cos(a) * inner * c,
                    c + math.sin(a) * inner * c,
                    c + math.cos(a) * 0.84 * c,
                    c + math.sin(a) * 0.84 * c,
                ),
                fill=ink,
                width=26,
            )
    hour, minute = form.get("time", [10, 9])
    _hand(draw, (hour + minute / 60) / 12, 0.42, 40, form.get("hands", ink))
    _hand(draw, minute / 60, 0.64, 26, form.get("hands", ink))
    _hand(draw, form.get("alarm", 0.55), 0.36, 12, form.get("accent", "#d8432f"))
    draw.ellipse((c - 36, c - 36, c + 36, c + 36), fill=form.get("hands", ink))
    return img
