"""Renders held things in front of the camera: item and hand over nothing, one picture a view."""

import hashlib
import math
from pathlib import Path
from typing import Any

import bpy
from mathutils import Matrix, Vector

from .hand import Grip, elbow_direction, grip_at, make_hand
from .paths import WORK
from .shots import Light, Shot
from .stage import around, build, camera, empty_scene, outline, sun, world

WIDTH_PX, HEIGHT_PX, SAMPLES = 1280, 720, 8
VIEWS_PER_S = 5
SKINS = ("#c98f6b", "#e0ac86", "#8a5a3c", "#d9a27c")
SLEEVES = ("#3d4f66", "#8b3d3a", "#d8d2c4", "#3f5a48", "#2b2b30")
CORNERS = {"carton": 14.0, "book": 14.0, "puzzle_cube": 12.0, "car": 4.0}


def _pose(plan: dict[str, Any], share: float, spot: Vector) -> Matrix:
    """Item to camera (which looks along -z): at `spot`, turned and tilted, swaying with `share` 0..1."""
    swing = math.sin(share * 2 * math.pi)
    turn = math.radians(-plan["turn"] + 7 * math.cos(share * math.pi))
    rise = math.radians(plan["rise"] + 2.5 * swing)
    roll = math.radians(plan["roll"] + 2 * math.sin(share * 2 * math.pi + 1))
    upright = Matrix.Rotation(math.radians(-90), 4, "X")
    return (
        Matrix.Translation(spot)
        @ Matrix.Rotation(roll, 4, "Z")
        @ Matrix.Rotation(rise, 4, "X")
        @ upright
        @ Matrix.Rotation(turn, 4, "Z")
    )


def _settle(root: Any, eye: Any, plan: dict[str, Any]) -> Vector:
    """The spot at which the item has the planned height and centre in the middle of its shot."""
    spot = Vector((0, 0, -8))
    for _ in range(4):
        root.matrix_world = _pose(plan, 0.5, spot)
        left, bottom, right, top = outline(root, eye)
        spot *= (top - bottom) / plan["high"]
        view = 36 / eye.data.lens * -spot.z
        spot.x += (plan["at"][0] - (left + right) / 2) * view
        spot.y += (1 - plan["at"][1] - (bottom + top) / 2) * view * HEIGHT_PX / WIDTH_PX
    return spot


def _lights(light: Light) -> None:
    world(*light.fill)
    azimuth, elevation, strength, colour = light.key
    # The camera looks along -z here, so the stage's front (-y) becomes +z.
    at = around(azimuth, elevation, 1)
    lamp = sun(azimuth_deg=0, elevation_deg=0, strength=strength, angle_deg=14, colour=colour)
    lamp.rotation_euler = Vector((-at.x, -at.z, at.y)).to_track_quat("-Z", "Y").to_euler()


def _grip(root: Any, shot: Shot) -> Grip:
    plan = shot.plan
    corner = CORNERS.get(shot.item.build if shot.item else "", 2.0)
    if "hold" in plan:  # a handle: its distance from the axis and its half width
        return Grip(plan["hold"][0] + plan["hold"][1], plan["hold"][1], plan["grip"], plan["side"])
    return grip_at(root, plan["grip"], plan["side"], corner, plan.get("thumb", False))


def _set_stage(shot: Shot) -> tuple[Any, Any, Vector]:
    """Builds one shot: item, hand, lights; returns the movable parent, the camera, the item's spot."""
    assert shot.item is not None
    assert shot.light is not None
    scene = empty_scene(width_px=WIDTH_PX, height_px=HEIGHT_PX, samples=SAMPLES, transparent=True)
    scene.render.use_persistent_data = True
    root = build(shot.item)
    eye = camera((0, 0, 0), (0, 0, -1), lens_mm=42)
    _lights(shot.light)
    spot = _settle(root, eye, shot.plan)
    bpy.context.view_layer.update()
    lean = shot.plan.get("lean", 28 * shot.plan["side"])
    arm = elbow_direction(root.matrix_world, lean, shot.plan.get("arm_near", 0.25))
    hand = make_hand(_grip(root, shot), arm, skin=SKINS[shot.number % 4], sleeve=SLEEVES[shot.number % 5])
    hand.parent = root
    return root, eye, spot


def _border(root: Any, eye: Any) -> None:
    """Renders only where the item and the arm are, down to the frame's lower edge."""
    render = bpy.context.scene.render
    left, bottom, right, top = (min(1.0, max(0.0, v)) for v in outline(root, eye))
    render.use_border, render.use_crop_to_border = True, False
    render.border_min_x, render.border_max_x = max(0, left - 0.01), min(1, right + 0.01)
    render.border_min_y, render.border_max_y = max(0, bottom - 0.01), min(1, top + 0.01)


def view_path(shot: Shot, view: int) -> Path:
    """The file of a view; its name changes with everything in the storyboard about the shot."""
    assert shot.item is not None
    digest = hashlib.sha256(repr((shot.item, shot.light, shot.plan, shot.number)).encode()).hexdigest()[:8]
    return WORK / "views" / f"{shot.item.id}-{digest}-{view:02d}.png"


def render_views(shot: Shot, only: list[int] | None = None) -> None:
    """Renders the shot's views that are not there yet."""
    count = round(shot.seconds * VIEWS_PER_S) + 1
    todo = [v for v in only or range(count) if not view_path(shot, v).exists()]
    if not todo:
        return
    root, eye, spot = _set_stage(shot)
    render = bpy.context.scene.render
    render.image_settings.file_format, render.image_settings.color_mode = "PNG", "RGBA"
    for view in todo:
        root.matrix_world = _pose(shot.plan, view / (count - 1), spot)
        _border(root, eye)
        part = view_path(shot, view).with_suffix(".part.png")
        render.filepath = str(part)
        bpy.ops.render.render(write_still=True)
        part.replace(view_path(shot, view))  # a killed run leaves no half picture behind
