"""Bottles, cans, jars, boxes and books for a shop's shelf, with printed labels."""

import math
from typing import Any

from .art import draw
from .items import Item
from .mesh import lathe, material, spline
from .solids import box


def _label(item: Item, aspect: float, *, rough: float = 0.45, coat: float = 0.15) -> Any:
    return material(art=draw(item.art, aspect), rough=rough, coat=coat)


def can(item: Item) -> None:
    """A tin can with a paper label all around."""
    h, r = item.form.get("h", 1.1), item.form.get("r", 0.37)
    tin = material("#c9ccd0", metal=1, rough=0.28)
    lathe([(r, 0.06), (r, h - 0.06)], _label(item, 2 * math.pi * r / (h - 0.12)))
    low = [
        (0.001, 0.03),
        (r - 0.05, 0.03),
        (r - 0.03, 0),
        (r + 0.012, 0.0),
        (r + 0.015, 0.025),
        (r - 0.01, 0.045),
    ]
    lathe([*low, (r, 0.06)], tin)
    top = [
        (r, h - 0.06),
        (r - 0.01, h - 0.045),
        (r + 0.015, h - 0.025),
        (r + 0.012, h),
        (r - 0.02, h),
        (r - 0.035, h - 0.03),
    ]
    rings = [
        (r * 0.8, h - 0.035),
        (r * 0.78, h - 0.025),
        (r * 0.6, h - 0.03),
        (r * 0.58, h - 0.04),
        (0.001, h - 0.04),
    ]
    lathe([*top, *rings], tin)


def bottle(item: Item) -> None:
    """A bottle: `outline` from foot to neck, a label between two heights, a cap on the neck."""
    f = item.form
    body = material(f["body"], rough=f.get("rough", 0.08), metal=f.get("metal", 0), coat=f.get("coat", 1.0))
    outline, (low, high) = f["outline"], f["label"]
    wall = spline(outline, 10)
    lathe([(0.001, 0.02), *wall], body)
    r = f["r"]
    # The label stands a hair off the glass, or both would fight for the same pixels.
    lathe(
        [(r + 0.004, low), (r + 0.004, high)],
        _label(item, 2 * math.pi * r / (high - low), rough=f.get("label_rough", 0.45)),
    )
    neck, top = outline[-1]
    cap, tall = neck + 0.02, f.get("cap_h", 0.2)
    lid = material(
        f.get("cap", "#222222"), rough=f.get("cap_rough", 0.3), metal=f.get("cap_metal", 0), coat=0.3
    )
    lathe(
        [
            (neck, top - tall),
            (cap, top - tall + 0.005),
            (cap, top),
            (cap - 0.02, top + 0.02),
            (0.001, top + 0.025),
        ],
        lid,
    )


def jar(item: Item) -> None:
    """A filled glass jar with a lid and a label around."""
    f = item.form
    h, r = f.get("h", 1.15), f.get("r", 0.44)
    glass = material(f["filling"], rough=0.06, coat=1.0)
    wall = spline(
        [
            (r - 0.06, 0.0),
            (r, 0.06),
            (r, h * 0.5),
            (r, h * 0.69),
            (r, h * 0.76),
            (r - 0.08, h * 0.88),
            (r - 0.09, h * 0.9),
        ],
        8,
    )
    lathe([(0.001, 0.01), *wall], glass)
    low, high = h * f.get("from", 0.14), h * f.get("to", 0.66)
    lathe([(r + 0.005, low), (r + 0.005, high)], _label(item, 2 * math.pi * r / (high - low)))
    n = r - 0.05
    lid = [
        (n - 0.02, h * 0.86),
        (n, h * 0.865),
        (n, h * 0.99),
        (n - 0.02, h),
        (n - 0.08, h),
        (n - 0.09, h - 0.012),
        (0.001, h - 0.012),
    ]
    top = material(f["lid"], rough=0.3, metal=f.get("lid_metal", 0), coat=0.4)
    if "lid_art" in f:
        top = material(art=draw(f["lid_art"], 6.0, 240), rough=0.5)
    lathe(lid, top)


def carton(item: Item) -> None:
    """A printed box: cereals, tea, biscuits; `side` is the artwork of the narrow faces."""
    f = item.form
    w, d, h = f["size"]
    front = _label(item, w / h)
    side = material(art=draw(f["side"], d / h), rough=0.45, coat=0.15)
    box(
        (w, d, h),
        {"front": front, "back": front, "left": side, "right": side, "*": material(f["top"], rough=0.45)},
        round_=0.012,
    )


def book(item: Item) -> None:
    """A hardback that stands upright, cover to the front, spine to the left."""
    f = item.form
    w, d, h = f.get("size", [1.45, 0.26, 2.1])
    cover = _label(item, w / h, coat=f.get("coat", 0.3))
    cloth, paper = material(f["cloth"], rough=0.5), material("#efe8d8", rough=0.8)
    spine = material(art=draw(f.get("spine") or [{"do": "fill", "colours": [f["cloth"]]}], d / h), rough=0.5)
    t = 0.03
    box((w, t, h), {"front": cover, "*": cloth}, at=(0, -d / 2 + t / 2, 0), round_=0.008)
    box((w, t, h), {"*": cloth}, at=(0, d / 2 - t / 2, 0), round_=0.008)
    box((t, d, h), {"left": spine, "*": cloth}, at=(-w / 2 + t / 2, 0, 0), round_=0.008)
    box((w - 0.08, d - 2 * t, h - 0.1), {"*": paper}, at=(-0.01, 0, 0.05), round_=0.0)
