"""At which size barcodes and QR codes are read, as a camera sees them: `python -m bench.camera_codes`.

Draws codes on labels of things: turned, tilted, around a can, out of focus or moving, in little light with
its noise, and all of that together; JPEG as cameras send it. Sizes are pixels of a module, the narrowest bar
or a square, in the middle of the code. Also counts what is read wrongly, and measures the CPU that reading
takes at ten frames a second.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from common.codes import CodeKind
from edge.look.codes import CodeReader
from edge.picture.frame_types import Frame
from edge.picture.opencv_codes import OpenCvCodes
from tests.printed_codes import check_digit, desk, ean, qr

SIZES_PX = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0)
KINDS: tuple[CodeKind, ...] = ("ean_13", "ean_8", "upc_a", "qr")
# Pixels of a module as it is drawn, before a camera sees it; and pixels of the scene for one of the frame.
_DRAWN_PX, _FINE = 12, 3
_QUALITY = 85


@dataclass(frozen=True, slots=True)
class View:
    """How a camera sees a code; angles in degrees, `around` is the part of a can's turn that the code takes.

    `focus_px` is the blur's sigma and `moved_px` the way that the code goes while the frame is taken.
    """

    name: str
    turned: float = 5.0
    tilted: float = 5.0
    around: float = 0.0
    focus_px: float = 0.6
    moved_px: int = 0
    light: float = 0.9
    noise: float = 3.0


VIEWS = (
    View("straight"),
    View("turned by up to 45°", turned=45),
    View("tilted by 40°", tilted=40),
    View("around a can, 80°", around=80),
    View("out of focus", focus_px=1.5),
    View("moving", moved_px=4),
    View("in little light", light=0.25, noise=9),
    View("all, half as much", turned=20, tilted=20, around=40, focus_px=0.9, moved_px=2, light=0.5, noise=6),
)


def main() -> None:
    """Print the shares that are read by kind, view and size, and the CPU."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=20, help="frames of each kind, view and size")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    detector, chance, wrong = OpenCvCodes(), np.random.default_rng(0), list[str]()
    print(f"{'share read, by pixels of a module':36s}" + "".join(f"{size:>7}" for size in SIZES_PX))
    for kind in KINDS:
        for view in VIEWS:
            shares = [_share(detector, kind, view, size, given.draws, chance, wrong) for size in SIZES_PX]
            print(f"{kind:8s}{view.name:28s}" + "".join(f"{share:7.2f}" for share in shares), flush=True)
    frames = given.draws * len(KINDS) * len(VIEWS) * len(SIZES_PX)
    print(f"read wrongly: {len(wrong)} of {frames} frames", *wrong, sep="\n")
    for width, height in ((1280, 720), (1920, 1080)):
        share = _cpu_share(detector, width, height, chance)
        print(f"{width} x {height}: {share:.1%} of a core for a share of 10 %")


def _share(
    detector: OpenCvCodes,
    kind: CodeKind,
    view: View,
    size_px: float,
    draws: int,
    chance: np.random.Generator,
    wrong: list[str],
) -> float:
    right = 0
    for _ in range(draws):
        text, code = _code(kind, chance)
        found = detector.read(seen(code, view, size_px, chance))
        right += any(each.text == text for each in found)
        others = [f"{each.kind} {each.text}" for each in found if each.text != text]
        wrong += [f"  {kind} {text}, {view.name}, {size_px} px: {other}" for other in others]
    return right / draws


def _code(kind: CodeKind, chance: np.random.Generator) -> tuple[str, Frame]:
    if kind == "qr":
        text = f"https://shop.example/{chance.integers(10**6):06d}"
        return text, qr(text, module_px=_DRAWN_PX)
    # UPC-A is an EAN-13 that begins with 0.
    digits = "".join(map(str, chance.integers(0, 10, 7 if kind == "ean_8" else 12)))
    if kind != "ean_8":
        digits = ("0" if kind == "upc_a" else str(chance.integers(1, 10))) + digits[1:]
    digits += check_digit(digits)
    drawn = ean(digits, module_px=_DRAWN_PX, height_px=50 * _DRAWN_PX)
    return digits[1:] if kind == "upc_a" else digits, drawn


def seen(code: Frame, view: View, size_px: float, chance: np.random.Generator) -> Frame:
    """The part of a frame around a code, as a camera sees it."""
    label = _around(code, view.around)
    height, width = label.shape[:2]
    scale = size_px * _FINE / _DRAWN_PX
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    to = _in_space(corners - [width / 2, height / 2], view, chance) * scale
    to -= to.min(axis=0) - 30 * _FINE
    room = np.ceil(to.max(axis=0) / _FINE + 30).astype(int)
    fine = int(room[0]) * _FINE, int(room[1]) * _FINE
    ground = cv2.resize(desk(width=320, height=240, seed=int(chance.integers(1000))), fine)
    small = cv2.resize(label, None, fx=min(1, scale * 2), fy=min(1, scale * 2), interpolation=cv2.INTER_AREA)
    corners *= [small.shape[1] / width, small.shape[0] / height]
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), to.astype(np.float32))
    scene = cv2.warpPerspective(
        small, matrix, fine, dst=ground, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_TRANSPARENT
    )
    taken = cv2.resize(scene, (int(room[0]), int(room[1])), interpolation=cv2.INTER_AREA).astype(np.float32)
    moved = cv2.blur(taken, (view.moved_px, 1)) if view.moved_px else taken
    dim = cv2.GaussianBlur(moved, (0, 0), view.focus_px) * view.light
    noisy = np.clip(dim + chance.normal(0, view.noise, dim.shape), 0, 255).astype(np.uint8)
    return np.asarray(
        cv2.imdecode(cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1], cv2.IMREAD_COLOR),
        np.uint8,
    )


def _around(code: Frame, degrees: float) -> Frame:
    """The code on a can, of whose turn it takes these degrees, seen from the front."""
    if not degrees:
        return code
    height, width = code.shape[:2]
    half = np.deg2rad(degrees) / 2
    # As wide as before in the middle, where a module's size is told.
    across = int(width * np.sin(half) / half)
    at = np.arcsin(np.linspace(-1, 1, across) * np.sin(half)) / half
    columns = np.repeat(((at + 1) / 2 * (width - 1)).astype(np.float32)[None], height, 0)
    rows = np.repeat(np.arange(height, dtype=np.float32)[:, None], across, 1)
    return np.asarray(cv2.remap(code, columns, rows, cv2.INTER_LINEAR), np.uint8)


def _in_space(corners: np.ndarray, view: View, chance: np.random.Generator) -> np.ndarray:
    """The corners around (0, 0) after turning and tilting the label, which is three times its width away."""
    turn = np.deg2rad(chance.uniform(-view.turned, view.turned))
    tilt, axis = np.deg2rad(view.tilted), chance.uniform(0, 2 * np.pi)
    lean = np.array([np.cos(axis), np.sin(axis)])
    depth = corners @ lean
    flat = corners - np.outer(depth * (1 - np.cos(tilt)), lean)
    far = 3 * np.abs(corners).max() * 2
    near = flat * (far / (far + depth * np.sin(tilt)))[:, None]
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return np.asarray(near @ turned.T)


def _cpu_share(detector: OpenCvCodes, width: int, height: int, chance: np.random.Generator) -> float:
    """The CPU time of reading for a second of frames, ten of them, which show hard codes or none."""
    now_s, spent_s = 0.0, 0.0
    reader = CodeReader(detector, share=0.1, clock=lambda: now_s)
    frames = _frames(width, height, chance)
    for number in range(600):
        began_s = time.thread_time()
        reader.read(frames[number // 10 % len(frames)], (0.1, 0.1, 0.8, 0.8), thing="cam-1", at_s=now_s)
        spent_s += time.thread_time() - began_s
        now_s += 0.1
    return spent_s / now_s


def _frames(width: int, height: int, chance: np.random.Generator) -> Sequence[Frame]:
    frames = [desk(width=width, height=height, seed=seed) for seed in range(len(VIEWS))]
    for frame, view in zip(frames[1:], VIEWS[1:], strict=True):
        shown = seen(_code("ean_13", chance)[1], replace(view, turned=5), 3.0, chance)
        rows, columns = min(shown.shape[0], height), min(shown.shape[1], width)
        frame[:rows, :columns] = shown[:rows, :columns]
    return frames


if __name__ == "__main__":
    main()
