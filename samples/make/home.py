"""Clocks, lamps and the strangers: headphones, a puzzle cube, a duck."""

import math

from .art import draw
from .dial import dial
from .items import Item
from .mesh import lathe, material, spline, tube
from .solids import box, disc, place, sphere


def clock(item: Item) -> None:
    """A clock on feet that faces the front: round with bells, round, or square."""
    f = item.form
    r, d = 0.6, 0.3
    case = material(f["case"], rough=f.get("rough", 0.3), metal=f.get("metal", 0), coat=0.4)
    face = material(art=dial(f), rough=0.35, coat=0.6)
    trim = material(f.get("trim", f["case"]), rough=0.25, metal=f.get("trim_metal", 0), coat=0.3)
    if f.get("style") == "square":
        body = box((1.2, 0.5, 1.2), {"*": case}, round_=0.14)
        body.modifiers["bevel"].segments = 8
        box((0.96, 0.02, 0.96), {"front": face, "*": trim}, at=(0, -0.25, 0.12), round_=0.0)
        for x in (-0.4, 0.4):
            sphere(0.07, trim, at=(x, 0, -0.02))
        return
    ring = [
        (0.001, -d),
        (r - 0.06, -d),
        (r, -d + 0.08),
        (r, 0),
        (r + 0.02, 0.03),
        (r, 0.07),
        (r - 0.05, 0.07),
        (r - 0.06, 0.02),
    ]
    place(lathe(ring, case), (0, -0.1, 0.72), (90, 0, 0))
    disc(r - 0.05, face, at=(0, -0.125, 0.72))
    for x in (-1, 1):
        tube([(x * 0.3, 0.05, 0.3), (x * 0.44, 0.05, -0.02)], [0.05, 0.035], trim)
        if f.get("style") == "bells":
            bell = [(0.24, 0), (0.22, 0.08), (0.14, 0.17), (0.001, 0.2)]
            place(lathe(bell, trim), (x * 0.36, 0.03, 1.23), (0, x * 30, 0))
            sphere(0.035, trim, at=(x * 0.47, 0.03, 1.42))
    if f.get("style") == "bells":
        tube([(-0.2, 0.03, 1.3), (-0.17, 0.03, 1.55), (0.17, 0.03, 1.55), (0.2, 0.03, 1.3)], 0.03, trim)


def lamp(item: Item) -> None:
    """A table lamp: a turned foot and a lit, printed shade."""
    f = item.form
    wall = spline(f["foot"], 10)
    base = material(f["base"], rough=f.get("rough", 0.3), metal=f.get("metal", 0), coat=0.5)
    lathe([(0.001, 0), *wall], base)
    low, high, wide, narrow = f["shade"]
    tube(
        [(0, 0, f["foot"][-1][1] - 0.05), (0, 0, high - 0.1)], 0.035, material("#b89b5e", metal=1, rough=0.3)
    )
    aspect = math.pi * (wide + narrow) / (high - low)
    cloth = material(art=draw(item.art, aspect), rough=0.8, glow=f.get("glow", 0.1))
    lathe([(wide, low), (narrow, high)], cloth)
    lathe([(narrow - 0.02, high - 0.01), (wide - 0.02, low + 0.01)], material("#fff3da", rough=0.9, glow=0.3))


def headphones(item: Item) -> None:
    """Over-ear headphones, the band upright."""
    dark, pad = material(item.form["shell"], rough=0.35, coat=0.3), material("#1b1b1d", rough=0.7)
    arc = [
        (0.75 * math.cos(a), 0, 0.75 + 0.85 * math.sin(a)) for a in (0.0, 0.4, 0.9, 1.57, 2.24, 2.74, 3.14)
    ]
    tube(arc, 0.07, dark, flat=1.6)
    for x in (-1, 1):
        shell = [(0.001, 0.16), (0.26, 0.15), (0.36, 0.08), (0.38, 0), (0.37, -0.04)]
        place(lathe(shell, dark), (x * 0.78, 0, 0.55), (0, x * 90, 0), (1.15, 1, 1))
        ring = [(0.37, -0.04), (0.37, -0.14), (0.3, -0.2), (0.2, -0.14), (0.001, -0.1)]
        place(lathe(ring, pad), (x * 0.78, 0, 0.55), (0, x * 90, 0), (1.15, 1, 1))


def puzzle_cube(item: Item) -> None:
    """A 3x3x3 cube of coloured stickers, mixed by a fixed rule."""
    colours = [material(c, rough=0.25, coat=0.5) for c in item.form["stickers"]]
    box((1.2, 1.2, 1.2), {"*": material("#101012", rough=0.4)}, round_=0.03)
    for i in range(3):
        for j in range(3):
            a, b = (i - 1) * 0.4, (j - 1) * 0.4
            pick = [colours[(i * 5 + j * 7 + k * 2 + i * j) % 6] for k in range(5)]
            box((0.35, 0.02, 0.35), {"*": pick[0]}, at=(a, -0.6, 0.425 + b), round_=0.008)
            box((0.35, 0.02, 0.35), {"*": pick[1]}, at=(a, 0.6, 0.425 + b), round_=0.008)
            box((0.02, 0.35, 0.35), {"*": pick[2]}, at=(0.6, a, 0.425 + b), round_=0.008)
            box((0.02, 0.35, 0.35), {"*": pick[3]}, at=(-0.6, a, 0.425 + b), round_=0.008)
            box((0.35, 0.35, 0.02), {"*": pick[4]}, at=(a, b, 1.19), round_=0.008)


def duck(item: Item) -> None:
    """A bath duck that looks to the left."""
    skin, beak = material(item.form["skin"], rough=0.2, coat=0.6), material("#f0781e", rough=0.25, coat=0.5)
    sphere(0.55, skin, at=(0.08, 0, 0.45), scale=(1.25, 0.95, 0.82))
    sphere(0.36, skin, at=(-0.32, 0, 1.08))
    place(sphere(0.3, skin), (0.68, 0, 0.68), (0, -35, 0), (1.0, 0.8, 0.5))
    place(sphere(0.17, beak), (-0.68, 0, 1.02), (0, 0, 0), (1.0, 0.95, 0.4))
    for y in (-1, 1):
        place(sphere(0.33, skin), (0.18, y * 0.46, 0.55), (y * 12, -20, 0), (1.2, 0.35, 0.8))
        sphere(0.065, material("#15151a", rough=0.1), at=(-0.5, y * 0.26, 1.2))


def plant(item: Item) -> None:
    """A cactus in a pot."""
    pot, green = material(item.form["pot"], rough=0.7), material("#3f7d46", rough=0.6)
    lathe(
        [
            (0.001, 0),
            (0.32, 0),
            (0.43, 0.55),
            (0.47, 0.55),
            (0.47, 0.68),
            (0.4, 0.68),
            (0.38, 0.6),
            (0.001, 0.6),
        ],
        pot,
    )
    for k in range(12):
        a = k * math.pi / 6
        tube(
            [
                (0.18 * math.cos(a), 0.18 * math.sin(a), 0.55),
                (0.25 * math.cos(a), 0.25 * math.sin(a), 1.1),
                (0.05 * math.cos(a), 0.05 * math.sin(a), 1.62),
            ],
            [0.09, 0.1, 0.05],
            green,
        )
    tube([(0.2, 0, 1.0), (0.5, 0, 1.05), (0.52, 0, 1.42)], [0.1, 0.11, 0.08], green)
