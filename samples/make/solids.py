"""Boxes, extruded outlines and balls: the solids that are not turned on a lathe."""

import math
from collections.abc import Mapping, Sequence

import bmesh
import bpy
import numpy as np

from .mesh import Material, Object, Point, add

# For each face: its corners as (x, y, z) signs in the order of the UV corners (0,0) (1,0) (1,1) (0,1).
FACES = {
    "front": [(-1, -1, 0), (1, -1, 0), (1, -1, 1), (-1, -1, 1)],
    "back": [(1, 1, 0), (-1, 1, 0), (-1, 1, 1), (1, 1, 1)],
    "right": [(1, -1, 0), (1, 1, 0), (1, 1, 1), (1, -1, 1)],
    "left": [(-1, 1, 0), (-1, -1, 0), (-1, -1, 1), (-1, 1, 1)],
    "top": [(-1, -1, 1), (1, -1, 1), (1, 1, 1), (-1, 1, 1)],
    "bottom": [(-1, 1, 0), (1, 1, 0), (1, -1, 0), (-1, -1, 0)],
}


def bevel(thing: Object, width: float, segments: int = 3) -> Object:
    """Rounds the edges of a solid."""
    mod = thing.modifiers.new("bevel", "BEVEL")
    mod.width, mod.segments, mod.limit_method, mod.angle_limit = width, segments, "ANGLE", math.radians(30)
    return thing


def box(size: Point, mats: Mapping[str, Material], *, at: Point = (0, 0, 0), round_: float = 0.01) -> Object:
    """A box standing on `at`; `mats` maps faces (front, left, ...) to materials, `*` the rest."""
    corners = [(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (0, 1)]
    verts = [(at[0] + x * size[0] / 2, at[1] + y * size[1] / 2, at[2] + z * size[2]) for x, y, z in corners]
    mesh = bpy.data.meshes.new("box")
    mesh.from_pydata(verts, [], [[corners.index(c) for c in face] for face in FACES.values()])
    uv = np.tile(np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32), (6, 1))
    mesh.uv_layers.new().data.foreach_set("uv", uv.ravel())
    named = list(dict.fromkeys([*mats.values()]))
    thing = add("box", mesh, named[0], smooth_deg=30)
    for mat in named[1:]:
        mesh.materials.append(mat)
    for poly, name in zip(mesh.polygons, FACES, strict=True):
        poly.material_index = named.index(mats.get(name, mats.get("*", named[0])))
    return bevel(thing, round_) if round_ else thing


def slab(
    outline: Sequence[Point], depth: float, mat: Material, *, round_: float = 0.03, y: float = 0
) -> Object:
    """An (x, z) outline extruded by `depth` along y around `y`, edges rounded."""
    mesh = bmesh.new()
    face = mesh.faces.new([mesh.verts.new((x, y - depth / 2, z)) for x, z in outline])
    made = bmesh.ops.extrude_face_region(mesh, geom=[face])["geom"]
    bmesh.ops.translate(mesh, vec=(0, depth, 0), verts=[g for g in made if isinstance(g, bmesh.types.BMVert)])
    bmesh.ops.recalc_face_normals(mesh, faces=mesh.faces)
    data = bpy.data.meshes.new("slab")
    mesh.to_mesh(data)
    thing = add("slab", data, mat, smooth_deg=30)
    return bevel(thing, round_) if round_ else thing


def place(thing: Object, at: Point, turn_deg: Point = (0, 0, 0), scale: Point = (1, 1, 1)) -> Object:
    """Moves, turns (Euler XYZ) and stretches an object."""
    thing.location, thing.scale = at, scale
    thing.rotation_euler = [math.radians(a) for a in turn_deg]
    return thing


def sphere(radius: float, mat: Material, *, at: Point = (0, 0, 0), scale: Point = (1, 1, 1)) -> Object:
    """A ball around `at` with longitude and latitude as its UV, the front at u = 0.5."""
    from .mesh import lathe

    steps = np.linspace(-math.pi / 2, math.pi / 2, 49)
    ball = lathe([(radius * math.cos(a), radius * math.sin(a)) for a in steps], mat, smooth_deg=180)
    return place(ball, at, (0, 0, 0), scale)


def disc(radius: float, mat: Material, *, at: Point) -> Object:
    """A round plate that faces the front, its picture unturned."""
    turn = np.linspace(0, 2 * math.pi, 96, endpoint=False)
    rim = np.stack([np.cos(turn), np.sin(turn)], 1)
    mesh = bpy.data.meshes.new("disc")
    mesh.from_pydata([(x * radius, 0, z * radius) for x, z in rim], [], [list(range(len(rim)))])
    mesh.uv_layers.new().data.foreach_set("uv", ((rim + 1) / 2).astype(np.float32).ravel())
    return place(add("disc", mesh, mat), at)
