"""Things on the desk: papers, pens, a keyboard, a plant, a cup, box files."""

import math
import random
from typing import Any

import bpy
from PIL import Image, ImageDraw

from .art import draw
from .glyphs import glyph
from .mesh import lathe, linear, material, tube
from .solids import box, place


def wood() -> Any:
    """Planks with a grain of stretched noise."""
    mat = material("#8a5a36", rough=0.45, coat=0.2)
    nodes, links = mat.node_tree.nodes, mat.node_tree.links
    where, stretch = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeMapping")
    stretch.inputs["Scale"].default_value = (0.35, 4.5, 1)
    noise, ramp = nodes.new("ShaderNodeTexNoise"), nodes.new("ShaderNodeValToRGB")
    noise.inputs["Scale"].default_value, noise.inputs["Detail"].default_value = 1.6, 9
    noise.inputs["Distortion"].default_value = 1.2
    for element, colour, at in zip(
        ramp.color_ramp.elements, ("#6d4527", "#b98455"), (0.3, 0.72), strict=True
    ):
        element.color, element.position = linear(colour), at
    links.new(where.outputs["Object"], stretch.inputs["Vector"])
    links.new(stretch.outputs["Vector"], noise.inputs["Vector"])
    links.new(noise.outputs["Fac"], ramp.inputs["Fac"])
    links.new(ramp.outputs["Color"], nodes["Principled BSDF"].inputs["Base Color"])
    return mat


def _page(seed: int, *, ruled: bool) -> Image.Image:
    """A sheet with lines of grey writing."""
    rng, page = random.Random(seed), Image.new("RGB", (600, 840), "#f4f2ea")
    pen = ImageDraw.Draw(page)
    for y in range(90, 780, 34):
        if ruled:
            pen.line((0, y + 12, 600, y + 12), fill="#bcd0e2", width=2)
        if rng.random() < 0.75:
            x = 60
            while x < rng.randint(300, 540):
                word = rng.randint(20, 70)
                pen.line((x, y, x + word, y + rng.randint(-2, 2)), fill="#6a6a72", width=7)
                x += word + 14
    return page


def _papers() -> None:
    for x, y, turn, seed, ruled in (
        (-1.6, 1.2, 14, 1, False),
        (-1.0, 0.9, -6, 2, True),
        (2.0, -0.7, -22, 3, False),
    ):
        sheet = material(art=_page(seed, ruled=ruled), rough=0.9)
        place(
            box((2.1, 2.97, 0.012), {"top": sheet, "*": material("#f4f2ea")}, round_=0),
            (x, y, seed * 0.014),
            (0, 0, turn),
        )
    for x, y, turn, colour in (
        (3.35, 0.9, 8, "#f3df6b"),
        (3.75, 1.5, -12, "#f2a6b8"),
        (-3.9, -0.9, 20, "#a8d8a0"),
    ):
        place(
            box((0.76, 0.76, 0.03), {"*": material(colour, rough=0.9)}, round_=0), (x, y, 0.02), (0, 0, turn)
        )


def _pens() -> None:
    pens = (
        (0.6, -0.9, 35, "#1f4e9c"),
        (1.1, 0.2, -62, "#262629"),
        (-3.1, 0.3, 80, "#c8372d"),
        (2.9, -1.9, 12, "#e0a92e"),
    )
    for x, y, turn, colour in pens:
        path = [(-0.7, 0, 0.06), (0.0, 0, 0.06), (0.52, 0, 0.06), (0.72, 0, 0.06)]
        place(
            tube(path, [0.05, 0.055, 0.05, 0.008], material(colour, rough=0.3, coat=0.5)),
            (x, y, 0.05),
            (0, 0, turn),
        )
    for k in range(7):
        rng = random.Random(k)
        loop = [(0, 0, 0), (0.22, 0, 0), (0.22, 0.07, 0), (0.02, 0.07, 0), (0.02, 0.02, 0), (0.17, 0.02, 0)]
        clip = tube(loop, 0.008, material("#c4c6c9", metal=1, rough=0.25))
        place(clip, (rng.uniform(-0.2, 1.8), rng.uniform(-2.1, -1.2), 0.03), (0, 0, rng.uniform(0, 360)))


def _keyboard() -> None:
    body = material("#3a3c41", rough=0.5)
    keys = [material("#e4e2dc", rough=0.6), material("#9aa3ab", rough=0.6)]
    parent = bpy.data.objects.new("keyboard", None)
    bpy.context.scene.collection.objects.link(parent)
    parts = [box((4.2, 1.5, 0.14), {"*": body}, round_=0.05)]
    for row in range(5):
        for col in range(14):
            at = (-1.93 + col * 0.285 + row * 0.02, -0.56 + row * 0.28, 0.14)
            parts.append(box((0.24, 0.24, 0.08), {"*": keys[col in (0, 13)]}, at=at, round_=0.03))
    for part in parts:
        part.parent = parent
    place(parent, (-2.9, -2.1, 0), (0, 0, 9))


def _pot_and_cup() -> None:
    clay, leaf = material("#8d8f92", rough=0.8), [material(c, rough=0.5) for c in ("#3f6f3c", "#5d8c47")]
    place(
        lathe([(0.001, 0), (0.4, 0), (0.52, 0.7), (0.46, 0.7), (0.44, 0.6), (0.001, 0.6)], clay),
        (-3.9, 2.6, 0),
    )
    for k in range(26):
        rng = random.Random(100 + k)
        a, far = rng.uniform(0, 6.28), rng.uniform(0.5, 1.1)
        x, y, top = -3.9 + math.cos(a) * far, 2.6 + math.sin(a) * far, rng.uniform(1.0, 1.9)
        path = [(-3.9, 2.6, 0.6), ((x - 3.9) / 2, (y + 2.6) / 2, top), (x, y, top - rng.uniform(-0.2, 0.5))]
        tube(path, [0.02, rng.uniform(0.09, 0.16), 0.01], leaf[k % 2], flat=0.15)
    cup = lathe(
        [(0.001, 0), (0.3, 0), (0.42, 0.95), (0.39, 0.95), (0.37, 0.8)],
        material("#d9d5cc", rough=0.35, coat=0.3),
    )
    tea = lathe([(0.38, 0.8), (0.001, 0.8)], material("#4a2a14", rough=0.1))
    for part in (cup, tea):
        place(part, (3.7, 2.7, 0))


def _odds() -> None:
    """A notebook, a phone, a ruler and a cable."""
    grey, black = material("#5d6470", rough=0.7), material("#2a2c30")
    place(box((1.9, 2.6, 0.2), {"*": grey}, round_=0.04), (4.7, -1.2, 0), (0, 0, -7))
    screen = material("#0d0f13", rough=0.08, coat=1)
    phone = box((0.78, 1.6, 0.08), {"top": screen, "*": black}, round_=0.04)
    place(phone, (-0.4, -1.7, 0), (0, 0, 24))
    strokes = {"do": "stripes", "way": "v", "n": 120, "colours": ["#e8d9a8", "#cdbb85"]}
    scale = material(art=draw([strokes], 8, 96))
    ruler = box((3.0, 0.32, 0.03), {"top": scale, "*": material("#e8d9a8")}, round_=0)
    place(ruler, (1.0, 2.2, 0.02), (0, 0, -16))
    cable = [(-5, 0.9), (-3.4, 1.3), (-2.6, 0.2), (-2.0, 0.5), (-1.2, -0.4), (-2.2, -1.2)]
    tube([(x, y, 0.04) for x, y in cable], 0.04, material("#1b1b1d", rough=0.6))


def _box_files() -> None:
    """A row of box files at the far edge, a year on each."""
    for k, colour in enumerate(("#77808c", "#b8b2a4", "#596f78", "#a79c8b", "#8c8f96", "#6d6a72")):
        year = glyph(str(2019 + k), 60, "#333333").resize((80, 36))
        spine = Image.new("RGB", (160, 400), colour)
        spine.paste("#efece2", (30, 60, 130, 180))
        spine.paste(year, (40, 100), year)
        faces = {"front": material(art=spine, rough=0.8), "*": material(colour, rough=0.8)}
        place(box((0.72, 1.6, 2.2), faces, round_=0.03), (-1.9 + k * 0.76, 5.0, 0))


def furnish() -> None:
    """Puts everything on the desk."""
    for put in (_papers, _pens, _keyboard, _pot_and_cup, _odds, _box_files):
        put()
