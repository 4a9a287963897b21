"""The cluttered desk behind everything, rendered once under each of its three lights."""

from pathlib import Path

import bpy

from .clutter import furnish, wood
from .paths import WORK
from .solids import box, place
from .stage import area_light, camera, empty_scene, world

SAMPLES = 32
LIGHTS = ("window", "lamp", "room")


def _light(name: str) -> None:
    if name == "window":
        area_light((-9, 3, 6), (0, 0, 0), size=5, power=1600, colour="#dfeaff")
        world("#000000", 0)
    elif name == "lamp":
        area_light((6, 4, 5), (0, 0, 0), size=2.2, power=1000, colour="#ffc57d")
        world("#000000", 0)
    else:
        world("#f2f2f5", 0.85)


def desk_path(light: str) -> Path:
    """The 16-bit picture of the desk under one light."""
    return WORK / "desk" / f"{light}.png"


def render_desk(samples: int = SAMPLES) -> None:
    """Renders the desk under each light that is not in the work folder yet, slightly out of focus."""
    for light in LIGHTS:
        if desk_path(light).exists():
            continue
        scene = empty_scene(width_px=1280, height_px=720, samples=samples)
        place(box((30, 16, 0.3), {"*": wood()}, round_=0), (0, 0, -0.3))
        furnish()
        _light(light)
        eye = camera((0.2, -7.6, 5.6), (0.1, 0.6, 0.2), lens_mm=36)
        eye.data.dof.use_dof, eye.data.dof.focus_distance, eye.data.dof.aperture_fstop = True, 4.2, 0.5
        scene.render.image_settings.file_format, scene.render.image_settings.color_depth = "PNG", "16"
        scene.render.filepath = str(desk_path(light))
        bpy.ops.render.render(write_still=True)
