"""Empty scenes, lights, cameras and Cycles' settings."""

import math
from collections.abc import Sequence
from typing import Any

import bpy
from bpy_extras.object_utils import world_to_camera_view
from mathutils import Vector

from .items import Item
from .mesh import linear
from .shapes import SHAPES


def empty_scene(*, width_px: int, height_px: int, samples: int, transparent: bool = False) -> Any:
    """A scene without anything in it, set to render with Cycles on the CPU, denoised, same seed always."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device, scene.cycles.samples, scene.cycles.seed = "CPU", samples, 1
    scene.cycles.use_denoising, scene.cycles.denoiser = True, "OPENIMAGEDENOISE"
    scene.cycles.denoising_quality, scene.cycles.denoising_prefilter = "FAST", "FAST"
    scene.cycles.max_bounces, scene.cycles.diffuse_bounces, scene.cycles.glossy_bounces = 4, 2, 2
    scene.cycles.use_adaptive_sampling, scene.cycles.adaptive_threshold = True, 0.03
    scene.render.resolution_x, scene.render.resolution_y = width_px, height_px
    scene.render.film_transparent = transparent
    scene.view_settings.view_transform = "Standard"
    return scene


def build(item: Item) -> Any:
    """The item's objects under one empty parent, standing on the ground, its front to -y."""
    before = set(bpy.data.objects)
    SHAPES[item.build](item)
    root = bpy.data.objects.new(item.id, None)
    bpy.context.scene.collection.objects.link(root)
    for thing in set(bpy.data.objects) - before - {root}:
        thing.parent = root
    return root


def bounds(root: Any) -> tuple[Vector, Vector]:
    """The lowest and highest corner of everything below `root`, in world units."""
    bpy.context.view_layer.update()
    corners = [
        thing.matrix_world @ Vector(c)
        for thing in root.children_recursive
        if thing.type == "MESH"
        for c in thing.bound_box
    ]
    return (
        Vector([min(c[k] for c in corners) for k in range(3)]),
        Vector([max(c[k] for c in corners) for k in range(3)]),
    )


def world(colour: str, strength: float) -> None:
    """An even light from everywhere."""
    made = bpy.data.worlds.new("world")
    bpy.context.scene.world = made
    made.use_nodes = True
    shader = made.node_tree.nodes["Background"]
    shader.inputs[0].default_value, shader.inputs[1].default_value = linear(colour), strength


def area_light(
    at: Sequence[float], towards: Sequence[float], *, size: float, power: float, colour: str = "#ffffff"
) -> Any:
    """A square soft light."""
    data = bpy.data.lights.new("area", "AREA")
    data.size, data.energy, data.color = size, power, linear(colour)[:3]
    lamp = bpy.data.objects.new("area", data)
    bpy.context.scene.collection.objects.link(lamp)
    lamp.location = at
    lamp.rotation_euler = (Vector(towards) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
    return lamp


def sun(
    *, azimuth_deg: float, elevation_deg: float, strength: float, angle_deg: float, colour: str = "#ffffff"
) -> Any:
    """A light that is equally strong everywhere; a large `angle_deg` makes its shadows soft."""
    data = bpy.data.lights.new("sun", "SUN")
    data.energy, data.angle, data.color = strength, math.radians(angle_deg), linear(colour)[:3]
    lamp = bpy.data.objects.new("sun", data)
    bpy.context.scene.collection.objects.link(lamp)
    lamp.rotation_euler = (-around(azimuth_deg, elevation_deg, 1)).to_track_quat("-Z", "Y").to_euler()
    return lamp


def camera(at: Sequence[float], towards: Sequence[float], *, lens_mm: float) -> Any:
    """The scene's camera (36 mm wide sensor)."""
    data = bpy.data.cameras.new("camera")
    data.lens = lens_mm
    made = bpy.data.objects.new("camera", data)
    bpy.context.scene.collection.objects.link(made)
    made.location = at
    made.rotation_euler = (Vector(towards) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
    bpy.context.scene.camera = made
    return made


def around(azimuth_deg: float, elevation_deg: float, distance: float) -> Vector:
    """A point on a sphere: azimuth 0 is the front (-y), positive to the right (+x)."""
    a, e = math.radians(azimuth_deg), math.radians(elevation_deg)
    return Vector((math.sin(a) * math.cos(e), -math.cos(a) * math.cos(e), math.sin(e))) * distance


def outline(root: Any, eye: Any) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of everything below `root`, as shares of the frame from its lower left."""
    bpy.context.view_layer.update()
    scene, graph = bpy.context.scene, bpy.context.evaluated_depsgraph_get()
    spots = []
    for thing in root.children_recursive:
        if thing.type == "MESH":
            mesh = thing.evaluated_get(graph).data
            spots += [world_to_camera_view(scene, eye, thing.matrix_world @ v.co) for v in mesh.vertices]
    xs, ys = [p.x for p in spots], [p.y for p in spots]
    return min(xs), min(ys), max(xs), max(ys)


def frame_to(eye: Any, root: Any, fill: float) -> None:
    """Zooms and shifts the lens until `root` fills the share `fill` of a square frame, in its middle."""
    left, bottom, right, top = outline(root, eye)
    zoom = fill / max(right - left, top - bottom)
    eye.data.lens *= zoom
    eye.data.shift_x = ((left + right) / 2 - 0.5) * zoom
    eye.data.shift_y = ((bottom + top) / 2 - 0.5) * zoom
