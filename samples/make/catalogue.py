"""Renders the catalogue's pictures and writes catalogue.csv."""

import csv
import io
from pathlib import Path
from typing import Any

import bpy
from PIL import Image

from .items import Item, load_items
from .mesh import material
from .paths import CATALOGUE, PICTURES, WORK
from .solids import slab
from .stage import area_light, around, bounds, build, camera, empty_scene, frame_to, sun, world

SIZE_PX, SAMPLES, FILL = 480, 20, 0.8
TURN_DEG = {"carton": 24, "book": -24, "car": 24, "clock": 14, "teapot": 12, "watering_can": 16, "mug": 16}


def _studio(low: Any, high: Any) -> None:
    """A white floor under a soft sun from the left, so it is evenly bright, and a softbox for highlights."""
    world("#ffffff", 0.62)
    floor = [(-400, low.z), (400, low.z), (400, low.z - 0.1), (-400, low.z - 0.1)]
    slab(floor, 800, material("#f7f7f6", rough=1.0), round_=0)
    sun(azimuth_deg=-50, elevation_deg=52, strength=1.55, angle_deg=28)
    centre, span = (low + high) / 2, (high - low).length
    area_light(centre + around(-65, 35, 2.4 * span), centre, size=0.9 * span, power=9 * span**2)


def render_picture(item: Item, path: Path) -> None:
    """Renders one item to a PNG: turned a little, seen from slightly above, filling most of the square."""
    scene = empty_scene(width_px=SIZE_PX, height_px=SIZE_PX, samples=SAMPLES)
    root = build(item)
    low, high = bounds(root)
    _studio(low, high)
    # The camera goes around, so the item seems turned the other way; 85 mm keeps lines nearly parallel.
    view = around(TURN_DEG.get(item.build, 0), 16, (high - low).length * 3.2)
    eye = camera((low + high) / 2 + view, (low + high) / 2, lens_mm=85)
    frame_to(eye, root, FILL)
    scene.render.filepath = str(path)
    scene.render.image_settings.file_format = "PNG"
    bpy.ops.render.render(write_still=True)


def _to_jpeg(source: Path, target: Path) -> None:
    """Saves as JPEG only when the picture differs, so that a repeated run changes no file."""
    buffer = io.BytesIO()
    Image.open(source).convert("RGB").save(buffer, "JPEG", quality=88, optimize=True)
    if not target.exists() or target.read_bytes() != buffer.getvalue():
        target.write_bytes(buffer.getvalue())


def write_csv(items: list[Item]) -> None:
    """Writes the catalogue's rows in the order of the item files."""
    with CATALOGUE.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["id", "title", "image", "category", "price", "colour"])
        for item in items:
            out.writerow(
                [item.id, item.title, f"pictures/{item.id}.jpg", item.category, f"€{item.price}", item.colour]
            )


def make_catalogue(only: str = "") -> None:
    """Renders what is not in the work folder yet; `only` narrows it to ids that contain it."""
    items = [item for item in load_items() if not item.stranger]
    (WORK / "pictures").mkdir(parents=True, exist_ok=True)
    PICTURES.mkdir(exist_ok=True)
    for item in items:
        png = WORK / "pictures" / f"{item.id}.png"
        if not png.exists() and only in item.id:
            render_picture(item, png)
        if png.exists():
            _to_jpeg(png, PICTURES / f"{item.id}.jpg")
    write_csv(items)
