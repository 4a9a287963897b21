"""Small helpers that turn profiles, boxes and paths into Blender objects."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import bmesh
import bpy
import numpy as np
from PIL import Image

Point = Sequence[float]
Material = Any
Object = Any


def linear(colour: str) -> tuple[float, float, float, float]:
    """A `#rrggbb` as the linear RGBA that Blender's sockets expect."""
    values = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return r, g, b, 1.0


def material(
    colour: str = "#ffffff",
    *,
    rough: float = 0.4,
    metal: float = 0.0,
    coat: float = 0.0,
    art: Image.Image | None = None,
    glow: float = 0.0,
    skin: float = 0.0,
) -> Material:
    """A principled material of one colour, or printed with `art` over the shape's UV square."""
    mat = bpy.data.materials.new("material")
    mat.use_nodes = True
    shader = mat.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = linear(colour)
    settings = {
        "Roughness": rough,
        "Metallic": metal,
        "Coat Weight": coat,
        "Coat Roughness": 0.08,
        "Emission Strength": glow,
        "Subsurface Weight": skin,
        "Subsurface Scale": 0.05,
    }
    for name, value in settings.items():
        shader.inputs[name].default_value = value
    shader.inputs["Emission Color"].default_value = linear(colour)
    if art is not None:
        _print_on(mat, shader, art, glow > 0)
    return mat


def _print_on(mat: Material, shader: Any, art: Image.Image, glowing: bool) -> None:
    node = mat.node_tree.nodes.new("ShaderNodeTexImage")
    node.image = to_blender(art)
    mat.node_tree.links.new(node.outputs["Color"], shader.inputs["Base Color"])
    if glowing:
        mat.node_tree.links.new(node.outputs["Color"], shader.inputs["Emission Color"])


def to_blender(art: Image.Image) -> Any:
    """The Pillow picture as a packed Blender image, without a file in between."""
    pixels = np.asarray(art.convert("RGBA"), np.float32)[::-1] / 255
    image = bpy.data.images.new("art", art.width, art.height)
    image.pixels.foreach_set(np.ascontiguousarray(pixels).ravel())
    image.update()
    return image


def add(name: str, mesh: Any, mat: Material, *, smooth_deg: float = 40) -> Object:
    """Links a mesh into the scene, smooth except where faces meet at more than `smooth_deg`."""
    mesh.materials.append(mat)
    mesh.shade_smooth()
    mesh.set_sharp_from_angle(angle=math.radians(smooth_deg))
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def spline(points: Sequence[Point], steps: int = 8) -> list[tuple[float, ...]]:
    """A Catmull-Rom curve through the points."""
    pts = np.array([points[0], *points, points[-1]], float)
    out = []
    for p0, p1, p2, p3 in zip(pts, pts[1:], pts[2:], pts[3:], strict=False):
        for t in np.linspace(0, 1, steps, endpoint=False):
            out.append(
                tuple(
                    0.5
                    * (
                        2 * p1
                        + (p2 - p0) * t
                        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
                        + (3 * p1 - p0 - 3 * p2 + p3) * t**3
                    )
                )
            )
    return [*out, tuple(pts[-1])]


def lathe(profile: Sequence[Point], mat: Material, *, sides: int = 96, smooth_deg: float = 40) -> Object:
    """Turns (radius, z) points around z; u runs around with 0.5 at the front (-y), v along the profile."""
    pts = np.array(profile, float)
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(pts, axis=0).T))])
    along /= max(along[-1], 1e-9)
    # The seam lies at the back (+y); the surface runs counter-clockwise as seen from above.
    angles = math.pi / 2 + np.linspace(0, 2 * math.pi, sides + 1)
    verts = [(r * math.cos(a), r * math.sin(a), z) for r, z in pts for a in angles[:-1]]
    faces, uvs = [], []
    for i in range(len(pts) - 1):
        for j in range(sides):
            k = (j + 1) % sides
            faces.append((i * sides + j, i * sides + k, (i + 1) * sides + k, (i + 1) * sides + j))
            u0, u1 = j / sides, (j + 1) / sides
            uvs += [(u0, along[i]), (u1, along[i]), (u1, along[i + 1]), (u0, along[i + 1])]
    mesh = bpy.data.meshes.new("lathe")
    mesh.from_pydata(verts, [], faces)
    mesh.uv_layers.new().data.foreach_set("uv", np.array(uvs, np.float32).ravel())
    return add("lathe", mesh, mat, smooth_deg=smooth_deg)


def tube(
    path: Sequence[Point], radii: Sequence[float] | float, mat: Material, *, flat: float = 1.0
) -> Object:
    """A round tube through 3D points, with closed ends; `radii` may change along it."""
    widths = [radii] * len(path) if isinstance(radii, int | float) else list(radii)
    smooth = np.array(spline([(*p, w) for p, w in zip(path, widths, strict=True)]))
    mesh, sides = bmesh.new(), 24
    rings, side = [], np.array((0.0, 1.0, 0.0))
    for i, (*centre, radius) in enumerate(smooth):
        ahead = smooth[min(i + 1, len(smooth) - 1)][:3] - smooth[max(i - 1, 0)][:3]
        ahead = ahead / (np.linalg.norm(ahead) + 1e-9)
        other = np.cross(ahead, side)
        if np.linalg.norm(other) < 1e-3:
            other = np.cross(ahead, (1.0, 0.0, 0.0))
        other /= np.linalg.norm(other)
        side = np.cross(other, ahead)
        turn = [2 * math.pi * k / sides for k in range(sides)]
        rings.append(
            [
                mesh.verts.new(np.array(centre) + radius * (math.cos(a) * side * flat + math.sin(a) * other))
                for a in turn
            ]
        )
    for a, b in pairwise(rings):
        for k in range(sides):
            mesh.faces.new((a[k], a[(k + 1) % sides], b[(k + 1) % sides], b[k]))
    mesh.faces.new(rings[0][::-1])
    mesh.faces.new(rings[-1])
    bmesh.ops.recalc_face_normals(mesh, faces=mesh.faces)
    data = bpy.data.meshes.new("tube")
    mesh.to_mesh(data)
    return add("tube", data, mat, smooth_deg=60)
