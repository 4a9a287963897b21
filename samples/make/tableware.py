"""Mugs, teapots, bowls, vases, watering cans: things turned on a wheel and glazed."""

import math
from typing import Any

from .art import draw
from .items import Item
from .mesh import lathe, material, spline, tube


def _printed(item: Item, aspect: float, *, rough: float = 0.25, coat: float = 0.5) -> Any:
    return material(
        art=draw(item.art, aspect),
        rough=item.form.get("rough", rough),
        coat=item.form.get("coat", coat),
        metal=item.form.get("metal", 0),
    )


def mug(item: Item) -> None:
    """A mug whose handle points to the right."""
    f = item.form
    h, r, foot = f.get("h", 0.95), f.get("r", 0.41), f.get("foot", 0.41)
    inside, trim = (
        material(f.get("inside", "#f6f3ec"), coat=0.5),
        material(f.get("trim", "#f6f3ec"), coat=0.5),
    )
    wall = spline([(foot, 0.06), ((foot + r) / 2 + f.get("belly", 0), h * 0.5), (r, h - 0.03)], 12)
    lathe(wall, _printed(item, 2 * math.pi * r / h))
    lathe([(0.001, 0.0), (foot - 0.06, 0), (foot - 0.03, 0.02), (foot, 0.06)], trim)
    lathe(
        [(r, h - 0.03), (r - 0.008, h - 0.005), (r - 0.025, h), (r - 0.04, h - 0.01), (r - 0.045, h - 0.03)],
        trim,
    )
    lathe([(r - 0.045, h - 0.03), (foot - 0.05, 0.12), (foot - 0.1, 0.07), (0.001, 0.07)], inside)
    top, low, out = h * 0.82, h * 0.25, r + f.get("loop", 0.32)
    path = [
        (r - 0.03, 0, top),
        (r + 0.15, 0, top + 0.03),
        (out, 0, top - 0.14),
        (out - 0.03, 0, low + 0.16),
        (r + 0.12, 0, low - 0.01),
        ((foot + r) / 2 - 0.04, 0, low + 0.02),
    ]
    tube(path, 0.055, material(f.get("handle", f.get("trim", "#f6f3ec")), coat=0.5), flat=1.4)


def bowl(item: Item) -> None:
    """An open bowl, printed outside and inside."""
    f = item.form
    h, r, foot = f.get("h", 0.68), f.get("r", 0.8), f.get("foot", 0.34)
    round_ = [(foot, 0.07), (r * 0.74, h * 0.3), (r * 0.94, h * 0.66), (r, h)]
    wall = spline([(foot, 0.07), (foot, 0.1), (r, h)] if f.get("straight") else round_, 10)
    lathe(wall, _printed(item, 2 * math.pi * r * 0.8 / h))
    inner = [(x - 0.035, z + (0.03 if z < h * 0.9 else 0)) for x, z in reversed(wall)]
    lathe([(r, h), (r - 0.017, h + 0.012), inner[0]], material(f.get("rim", "#ffffff"), coat=0.5))
    lathe([*inner, (0.001, 0.09)], material(f.get("inside", "#f6f3ec"), coat=0.5))
    lathe(
        [(0.001, 0.01), (foot - 0.03, 0), (foot, 0), (foot, 0.07)],
        material(f.get("rim", "#ffffff"), coat=0.5),
    )


def vase(item: Item) -> None:
    """A vase whose outline is given as (radius, height) points."""
    outline = item.form["outline"]
    wall = spline(outline, 12)
    tall, wide = outline[-1][1], max(p[0] for p in outline)
    lathe(wall, _printed(item, 2 * math.pi * wide / tall))
    r, top = outline[-1]
    dark = material(item.form.get("inside", "#3a3530"))
    lathe(
        [(r, top), (r - 0.02, top + 0.015), (r - 0.04, top), (r * 0.62, top - 0.1), (0.001, top - 0.1)], dark
    )
    lathe([(0.001, outline[0][1]), outline[0]], dark)


def teapot(item: Item) -> None:
    """A teapot with spout to the left and handle to the right."""
    f = item.form
    h, r = f.get("h", 1.15), f.get("r", 0.72)
    trim = material(f.get("trim", "#f6f3ec"), coat=0.5, rough=0.25)
    wall = spline(
        [(r * 0.55, 0.04), (r * 0.93, h * 0.22), (r, h * 0.45), (r * 0.86, h * 0.75), (r * 0.48, h)], 12
    )
    lathe(wall, _printed(item, 2 * math.pi * r / h))
    lathe([(0.001, 0), (r * 0.52, 0), (r * 0.55, 0.04)], trim)
    lid = [(r * 0.5, h), (r * 0.5, h + 0.03), (r * 0.3, h + 0.13), (0.07, h + 0.18), (0.06, h + 0.22)]
    lathe([*lid, (0.12, h + 0.28), (0.11, h + 0.35), (0.05, h + 0.385), (0.001, h + 0.39)], trim)
    spout = [
        (-r * 0.8, 0, h * 0.3),
        (-r - 0.22, 0, h * 0.42),
        (-r - 0.36, 0, h * 0.75),
        (-r - 0.52, 0, h * 0.98),
    ]
    tube(spout, [0.2, 0.15, 0.1, 0.085], trim)
    loop = [
        (r * 0.6, 0, h * 0.92),
        (r + 0.2, 0, h * 0.98),
        (r + 0.46, 0, h * 0.72),
        (r + 0.3, 0, h * 0.34),
        (r * 0.88, 0, h * 0.22),
    ]
    if f.get("bail"):
        loop = [
            (-r * 0.6, 0, h * 0.88),
            (-r * 0.62, 0, h * 1.3),
            (0, 0, h * 1.72),
            (r * 0.62, 0, h * 1.3),
            (r * 0.6, 0, h * 0.88),
        ]
    tube(loop, f.get("grip", 0.07), material(f.get("handle", f.get("trim", "#f6f3ec")), rough=0.4))


def watering_can(item: Item) -> None:
    """A watering can with its rose to the left."""
    f = item.form
    h, r = f.get("h", 1.2), f.get("r", 0.6)
    trim = material(f["trim"], rough=f.get("rough", 0.3), metal=f.get("metal", 0), coat=0.3)
    top = r * f.get("taper", 0.85)
    lathe([(r, 0), (r + 0.02, 0.02), (r, 0.05), (top, h)], _printed(item, 2 * math.pi * r / h))
    lathe([(0.001, 0.005), (r, 0)], trim)
    lathe(
        [(top, h), (top + 0.025, h + 0.015), (top, h + 0.03), (top * 0.8, h + 0.07), (top * 0.45, h + 0.09)],
        trim,
    )
    lathe([(top * 0.45, h + 0.09), (top * 0.42, h - 0.2), (0.001, h - 0.2)], material("#22201e"))
    tube([(-r * 0.9, 0, 0.2), (-r - 0.4, 0, h * 0.62), (-r - 0.82, 0, h * 1.12)], [0.13, 0.09, 0.07], trim)
    rose = lathe([(0.06, 0), (0.21, 0.2), (0.2, 0.24), (0.001, 0.27)], trim)
    rose.location, rose.rotation_euler = (-r - 0.78, 0, h * 1.06), (0, math.radians(-42), 0)
    loop = [
        (-top * 0.5, 0, h + 0.04),
        (-top * 0.1, 0, h + 0.5),
        (r * 0.9, 0, h + 0.42),
        (r + 0.5, 0, h * 0.72),
        (r * 0.97, 0, h * 0.25),
    ]
    tube(loop, 0.055, trim, flat=1.5)
