"""A hand and forearm that grip an item from the side, fingers or thumb in front of it."""

import math
from dataclasses import dataclass
from typing import Any

import bmesh
import bpy
import numpy as np
from mathutils import Vector

from .mesh import add, material, tube

FINGER_LENGTHS = (0.62, 0.78, 0.82, 0.72)  # little finger (lowest) to forefinger, in units of 10 cm
PITCH = 0.185  # from one finger's axis to the next


@dataclass(frozen=True)
class Grip:
    """A grip: the item's half widths there, a height, the side (+1 is right)."""

    x: float
    y: float
    z: float
    side: int = 1
    corner: float = 2.0  # 2 is an ellipse, more is ever more of a box
    thumb_front: bool = False


def grip_at(root: Any, z: float, side: int, corner: float, thumb_front: bool) -> Grip:
    """Measures the item's half widths around the height `z` on the chosen side."""
    graph, xs, ys = bpy.context.evaluated_depsgraph_get(), [0.1], [0.1]
    inverse = root.matrix_world.inverted()
    for thing in root.children_recursive:
        if thing.type != "MESH":
            continue
        to_item = inverse @ thing.matrix_world
        for vertex in thing.evaluated_get(graph).data.vertices:
            spot = to_item @ vertex.co
            if abs(spot.z - z) < 0.4:
                xs.append(spot.x * side)
                if spot.x * side > 0:
                    ys.append(abs(spot.y))
    return Grip(max(xs), max(ys), z, side, corner, thumb_front)


def _contour(grip: Grip, gap: float, front: int) -> np.ndarray[Any, Any]:
    """Points on the item's skin, `gap` off, from a bit behind its side around its front, (n, 2) x and y."""
    a = np.linspace(0.5, -2.6, 400)
    power = 2 / grip.corner
    x = np.sign(np.cos(a)) * abs(np.cos(a)) ** power * (grip.x + gap)
    y = np.sign(np.sin(a)) * abs(np.sin(a)) ** power * (grip.y + gap)
    return np.stack([x, y * front], 1)


def _finger(
    grip: Grip, z: float, length: float, radius: float, front: int
) -> list[tuple[float, float, float]]:
    """The axis of a finger that lies on the contour for `length`, dropping a little towards its tip."""
    line = _contour(grip, radius * 0.95, front)
    gone = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    start = gone[np.argmax(line[:, 0] >= line[:, 0].max() - 1e-6)] - 0.05
    out = []
    for share in np.linspace(0, 1, 14):
        at = start + share * length
        x, y = (float(np.interp(at, gone, line[:, k])) for k in (0, 1))
        out.append((x, y, z - 0.05 * share))
    return out


def _merge(parts: list[Any], skin: Any) -> Any:
    """One smooth skin over overlapping tubes."""
    whole = bmesh.new()
    for part in parts:
        whole.from_mesh(part.data)
        bpy.data.objects.remove(part)
    mesh = bpy.data.meshes.new("hand")
    whole.to_mesh(mesh)
    hand = add("hand", mesh, skin, smooth_deg=180)
    remesh = hand.modifiers.new("remesh", "REMESH")
    remesh.mode, remesh.voxel_size, remesh.use_smooth_shade = "VOXEL", 0.026, True
    smooth = hand.modifiers.new("smooth", "SMOOTH")
    smooth.factor, smooth.iterations = 0.5, 5
    return hand


def _bones(grip: Grip, palm: Vector, wrist: Vector) -> list[tuple[list[Any], list[float]]]:
    """The axes and radii of four fingers and a thumb, each beginning at the wrist, which they share."""
    front = -1 if grip.thumb_front else 1
    start, parts = tuple(wrist), []
    for k, length in enumerate(FINGER_LENGTHS):
        z = grip.z + (k - 1.5) * PITCH
        radius = 0.088 if k else 0.076
        bones = _finger(grip, z, length, radius, front)
        knuckle = (Vector(bones[0]) + palm) / 2 + Vector((0.06, 0.02, (z - grip.z) * 0.35))
        path = [start, tuple((wrist + knuckle) / 2), tuple(knuckle), *bones]
        parts.append((path, [0.15, 0.15, 0.12, *np.linspace(radius * 1.12, radius * 0.82, len(bones))]))
    thumb = _finger(grip, grip.z + 0.3, 0.55, 0.105, -front)
    base = tuple((palm + wrist) / 2 + Vector((0, -0.1 * front, 0.16)))
    parts.append(([start, base, *thumb], [0.16, 0.16, *np.linspace(0.125, 0.088, len(thumb))]))
    return parts


def make_hand(grip: Grip, arm: Vector, *, skin: str, sleeve: str) -> Any:
    """The hand under a parent of its own; `arm` points from palm to elbow, in the item's frame."""
    # It is always built for the right side; the parent mirrors it.
    arm = Vector((arm.x * grip.side, arm.y, arm.z)).normalized()
    flesh, cloth = material(skin, rough=0.5, skin=0.08), material(sleeve, rough=0.9)
    palm = Vector((grip.x + 0.2, -0.02 if grip.thumb_front else 0.14, grip.z - 0.05))
    wrist = palm + arm * 0.78
    parts = [tube(path, radii, flesh) for path, radii in _bones(grip, palm, wrist)]
    forearm = [tuple(palm + arm * 0.3), tuple(wrist), tuple(wrist + arm * 0.8)]
    parts.append(tube(forearm, [0.2, 0.19, 0.23], flesh, flat=1.25))
    hand = _merge(parts, flesh)
    cuff_path = [tuple(wrist + arm * s) for s in (0.42, 0.5, 2.0, 7.0)]
    cuff = tube(cuff_path, [0.3, 0.32, 0.4, 0.62], cloth, flat=1.1)
    root = bpy.data.objects.new("hand-root", None)
    bpy.context.scene.collection.objects.link(root)
    for thing in (hand, cuff):
        thing.parent = root
    root.scale = (grip.side, 1, 1)
    return root


def elbow_direction(camera_frame: Any, lean_deg: float, towards_viewer: float) -> Vector:
    """The arm's direction in the item's frame: down in the picture, `lean_deg` to the right of it."""
    a = math.radians(lean_deg)
    seen = Vector((math.sin(a), -math.cos(a), towards_viewer))
    return camera_frame.to_3x3().inverted() @ seen
