"""Balls and toy cars."""

import math
from typing import Any

import numpy as np
from PIL import Image, ImageColor

from .art import draw
from .items import Item
from .mesh import Material, lathe, material
from .solids import box, place, slab, sphere

Array = np.ndarray[Any, Any]
GOLDEN = (1 + 5**0.5) / 2


def _directions(width: int, height: int) -> Array:
    """The unit vector that each pixel of a longitude-latitude picture looks to."""
    lon = (np.arange(width) + 0.5) / width * 2 * math.pi + math.pi / 2
    lat = math.pi / 2 - (np.arange(height) + 0.5) / height * math.pi
    lon, lat = np.meshgrid(lon, lat)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], -1)


def _tilted(d: Array, turn: float = 0.5) -> Array:
    """The same directions in a frame that leans, so that no pole points at the viewer."""
    c, s = math.cos(turn), math.sin(turn)
    a = d @ np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    return np.asarray(a @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]))


def _football(d: Array) -> Array:
    """A truncated icosahedron: 0 on its pentagons, 1 on its hexagons, 2 on the seams."""
    fives: list[tuple[float, float, float]] = []
    sixes: list[tuple[float, float, float]] = [(a, b, c) for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)]
    for a in (-1, 1):
        for b in (-1, 1):
            fives += [(0, a, b * GOLDEN), (a, b * GOLDEN, 0), (b * GOLDEN, 0, a)]
            sixes += [(0, a / GOLDEN, b * GOLDEN), (a / GOLDEN, b * GOLDEN, 0), (b * GOLDEN, 0, a / GOLDEN)]
    # Scaled by the faces' distances from the middle, so the largest product names the face that is hit.
    planes = np.concatenate(
        [np.array(fives) / math.hypot(1, GOLDEN) / 2.3274, np.array(sixes) / math.sqrt(3) / 2.2673]
    )
    reach = d @ planes.T
    near = np.partition(reach, -2, -1)
    seam = (near[..., -1] - near[..., -2]) < 0.006
    return np.where(reach.argmax(-1) < 12, 0, np.where(seam, 2, 1))


def _basket(d: Array) -> Array:
    """A number per pixel: 0 on the skin, 1 on the ribs."""
    x, y, z = np.moveaxis(d, -1, 0)
    ribs = (abs(x) < 0.022) | (abs(z) < 0.022) | (abs(abs(y) - 0.35 - 0.3 * x**2) < 0.022)
    return np.asarray(ribs, int)


def _segments(d: Array) -> Array:
    x, y, z = np.moveaxis(d, -1, 0)
    sector = (np.arctan2(y, x) / (2 * math.pi) * 6).astype(int) + (np.arctan2(y, x) < 0) * 5
    return np.asarray(np.where(abs(z) > 0.95, 6, sector % 6))


def _tennis(d: Array) -> Array:
    x, y, z = np.moveaxis(d, -1, 0)
    return np.asarray(abs(x**2 - y**2 - 0.9 * z * 0.55) < 0.07, int)


def _volley(d: Array) -> Array:
    """Three parallel panels on each of six sides."""
    axis = np.argmax(abs(d), -1)
    other = np.take_along_axis(d, ((axis + 1) % 3)[..., None], -1)[..., 0]
    big = np.take_along_axis(abs(d), axis[..., None], -1)[..., 0]
    return np.asarray((np.clip((other / big + 1) * 1.5, 0, 2.99).astype(int) + axis) % 3)


SKINS = {
    "football": _football,
    "basket": _basket,
    "segments": _segments,
    "tennis": _tennis,
    "volley": _volley,
}


def ball(item: Item) -> None:
    """A ball whose panels follow the geometry of its sport."""
    f = item.form
    r = f.get("r", 0.6)
    if "skin" in f:
        table = np.array([ImageColor.getrgb(c) for c in f["colours"]], np.uint8)
        art = Image.fromarray(table[SKINS[f["skin"]](_tilted(_directions(2048, 1024), f.get("lean", 0.5)))])
    else:
        art = draw(item.art, 2.0, 1024)
    sphere(r, material(art=art, rough=f.get("rough", 0.45), coat=f.get("coat", 0.1)), at=(0, 0, r))


def _wheels(xs: tuple[float, float], depth: float, r: float, hub: Material) -> None:
    tyre = material("#1a1a1c", rough=0.7)
    for x in xs:
        for y in (-1, 1):
            rim = [(0.001, 0.05), (r * 0.55, 0.05), (r * 0.6, 0.03), (r * 0.62, 0.05)]
            rubber = [(r * 0.62, 0.05), (r * 0.9, 0.06), (r, 0.03), (r, -0.07), (0.001, -0.07)]
            for part, mat in ((rim, hub), (rubber, tyre)):
                place(lathe(part, mat, sides=48), (x, y * depth / 2, r), (-90 * y, 0, 0))


BODIES = {
    "saloon": (
        [(-0.8, 0.12), (0.8, 0.12), (0.82, 0.3), (0.76, 0.38), (0.45, 0.42), (-0.62, 0.42), (-0.8, 0.36)],
        [(-0.55, 0.42), (0.42, 0.42), (0.2, 0.68), (-0.4, 0.68)],
    ),
    "beetle": (
        [(-0.72, 0.12), (0.72, 0.12), (0.74, 0.26), (0.6, 0.36), (0.4, 0.4), (-0.5, 0.42), (-0.7, 0.3)],
        [(-0.52, 0.42), (0.36, 0.4), (0.24, 0.6), (0.08, 0.7), (-0.18, 0.72), (-0.4, 0.62)],
    ),
    "van": (
        [(-0.8, 0.12), (0.8, 0.12), (0.82, 0.3), (0.8, 0.46), (-0.8, 0.46)],
        [(-0.8, 0.46), (0.8, 0.46), (0.68, 0.82), (0.6, 0.86), (-0.74, 0.86), (-0.8, 0.8)],
    ),
    "racer": (
        [(-0.9, 0.12), (0.95, 0.1), (0.95, 0.18), (0.3, 0.3), (0.1, 0.36), (-0.3, 0.4), (-0.85, 0.34)],
        [(-0.4, 0.36), (-0.05, 0.36), (-0.12, 0.48), (-0.3, 0.56)],
    ),
    "pickup": (
        [(-0.85, 0.14), (0.82, 0.14), (0.84, 0.34), (0.78, 0.42), (0.45, 0.46), (-0.85, 0.46)],
        [(-0.1, 0.46), (0.42, 0.46), (0.24, 0.76), (-0.08, 0.76)],
    ),
}


def car(item: Item) -> None:
    """A toy car driving to the right: body and cabin of `style`, dark windows, four wheels."""
    f = item.form
    lower, cabin = BODIES[f["style"]]
    width = 0.66
    paint = material(f["paint"], rough=0.2, coat=1.0)
    roof = material(f.get("roof", f["paint"]), rough=0.2, coat=1.0)
    glass = material("#20262c", rough=0.05, coat=1.0)
    slab(lower, width, paint, round_=0.05)
    slab(cabin, width - 0.1, roof, round_=0.04)
    cx, cz = (sum(p[k] for p in cabin) / len(cabin) for k in (0, 1))
    if f["style"] != "racer":
        inner = [(cx + (x - cx) * 0.8, cz + (z - cz) * 0.6 + 0.01) for x, z in cabin]
        slab(inner, width - 0.085, glass, round_=0.01)
        box((0.05, width - 0.08, 0.3), {"*": roof}, at=(cx, 0, cz - 0.13), round_=0.01)
    _details(f, width)
    hub = material(f.get("hub", "#d8d8dc"), rough=0.25, metal=0.8)
    _wheels((-0.5, 0.52), width, 0.18 if f["style"] != "racer" else 0.2, hub)


def _details(f: dict[str, Any], width: float) -> None:
    """Lamps, bumpers, and the door number or stripe that `form` asks for."""
    lamp, chrome = material("#fff2c0", rough=0.1, glow=0.3), material("#cfd2d6", metal=1, rough=0.2)
    nose = 0.8 if f["style"] != "beetle" else 0.7
    for y in (-0.2, 0.2):
        sphere(0.06, lamp, at=(nose, y, 0.3), scale=(0.6, 1, 1))
    box((0.05, width - 0.04, 0.06), {"*": chrome}, at=(nose + 0.04, 0, 0.13), round_=0.02)
    if "badge" in f:
        art = material(art=draw(f["badge"], 1.0, 256), rough=0.3)
        for y, face in ((-1, "front"), (1, "back")):
            at = (f.get("badge_x", -0.05), y * (width / 2 + 0.003), f.get("badge_z", 0.15))
            box((0.26, 0.004, 0.26), {face: art, "*": art}, at=at, round_=0)
    if "stripe" in f:
        box(
            (1.66, width + 0.012, 0.05),
            {"*": material(f["stripe"], rough=0.3)},
            at=(0, 0, f.get("stripe_z", 0.27)),
            round_=0.005,
        )
    if "wing" in f:
        box((0.16, width, 0.03), {"*": material(f["wing"], rough=0.3)}, at=(-0.82, 0, 0.56), round_=0.01)
        for y in (-0.2, 0.2):
            box((0.06, 0.03, 0.26), {"*": material("#222222")}, at=(-0.82, y, 0.32), round_=0)
