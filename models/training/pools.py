"""Draws the pictures to learn from: frames for the finder, catalogue and camera crops for the projection."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np

from models.training.cutouts import Cutouts
from models.training.paint import Picture, Rng
from models.training.photographs import Photographs
from models.training.scenes import TrainingScene, catalogue_picture, clean_scene, shown_to_camera
from models.training.workdir import create_array, read_arrays, workers

CROP_PX = 224
CELL_PX = 8  # of the mask that shows the visible part of the thing
_FRAMES_A_JOB, _ITEMS_A_JOB = 100, 50  # each job has a seed of its own
_FINER = 1.5  # factor by which frames are drawn larger than they are kept
_CLEAN_SIDE_PX = 288


@dataclass(frozen=True)
class FrameShape:
    """One size of the frames; the first has the shape of a camera's, others that of catalogue pictures."""

    name: str
    width_px: int
    height_px: int
    share: float
    clean: float  # share of clean pictures, besides the few that each size has
    fills: bool = False  # whether the thing fills the frame, as on a phone's picture of it


SHAPES = (
    FrameShape("wide", 256, 160, 0.55, 0.0),
    FrameShape("square", 192, 192, 0.14, 0.12),
    FrameShape("tall", 160, 224, 0.11, 0.12),
    FrameShape("square_filled", 192, 192, 0.06, 0.0, fills=True),
    FrameShape("tall_filled", 160, 224, 0.08, 0.0, fills=True),
    FrameShape("wide_filled", 256, 160, 0.06, 0.0, fills=True),
)
_FEW_CLEAN = 0.05


@dataclass(frozen=True)
class _Job:
    """Rows of one folder's arrays, drawn from one seed."""

    folder: Path
    cutouts: Path
    photographs: Path | None
    seed: int
    rows: range
    items: Sequence[int]  # for frames the items to choose from, for crops one a row


@dataclass(frozen=True)
class _FramesJob(_Job):
    shape: FrameShape


@dataclass(frozen=True)
class _Drawn:
    """What the frames of one shape are drawn with."""

    cutouts: Path
    photographs: Path | None
    items: Sequence[int]
    shape: FrameShape


Job = TypeVar("Job", bound=_Job)


def make_frames(folder: Path, cutouts: Path, photographs: Path | None, *, count: int, processes: int) -> None:
    """Draw about `count` frames: picture, mask of the visible part, and box in shares of the picture."""
    items = Cutouts(cutouts)
    jobs: list[_FramesJob] = []
    for number, shape in enumerate(SHAPES):
        total = round(count * shape.share)
        drawn = _Drawn(cutouts, photographs, items.trained, shape)
        jobs += _frame_jobs(folder / shape.name, drawn, number * 1000, total)
    held_out = max(1, count // 30)
    drawn = _Drawn(cutouts, photographs, items.held_out, SHAPES[0])
    jobs += _frame_jobs(folder / "held_out", drawn, 300_000, held_out)
    _run(_draw_frames, jobs, processes)


def make_crops(
    folder: Path,
    cutouts: Path,
    photographs: Path | None,
    *,
    items: Sequence[int],
    views: int,
    seed: int,
    processes: int,
) -> None:
    """Draw for each item its catalogue picture, and `views` - 1 crops of it out of a camera's frames."""
    shape = (len(items), views, CROP_PX, CROP_PX, 3)
    create_array(folder / "crops.npy", shape, np.uint8)
    jobs = [
        _Job(folder, cutouts, photographs, seed + number, rows, [items[row] for row in rows])
        for number, rows in enumerate(_parts(len(items), _ITEMS_A_JOB))
    ]
    _run(_draw_crops, jobs, processes)


def _frame_jobs(folder: Path, drawn: _Drawn, seed: int, count: int) -> list[_FramesJob]:
    width, height = drawn.shape.width_px, drawn.shape.height_px
    create_array(folder / "pictures.npy", (count, height, width, 3), np.uint8)
    create_array(folder / "visible.npy", (count, height // CELL_PX, width // CELL_PX), np.uint8)
    create_array(folder / "boxes.npy", (count, 4), np.float32)
    return [
        _FramesJob(folder, drawn.cutouts, drawn.photographs, seed + number, rows, drawn.items, drawn.shape)
        for number, rows in enumerate(_parts(count, _FRAMES_A_JOB))
    ]


def _parts(count: int, most: int) -> list[range]:
    return [range(first, min(first + most, count)) for first in range(0, count, most)]


def _run(draw: Callable[[Job], None], jobs: Sequence[Job], processes: int) -> None:
    with workers(processes) as pool:
        pool.map(draw, jobs, chunksize=1)


def _draw_frames(job: _FramesJob) -> None:
    rng, cutouts = np.random.default_rng(job.seed), Cutouts(job.cutouts)
    photographs = Photographs(job.photographs)
    arrays = read_arrays(job.folder, writable=True)
    width, height = job.shape.width_px, job.shape.height_px
    for row in job.rows:
        scene = None
        while scene is None:
            cutout = cutouts[job.items[int(rng.integers(len(job.items)))]]
            scene = _scene(rng, cutout, cutouts, photographs, job.shape)
        size, cells = (width, height), (width // CELL_PX, height // CELL_PX)
        arrays["pictures"][row] = cv2.resize(scene.picture, size, interpolation=cv2.INTER_AREA)
        arrays["visible"][row] = cv2.resize(scene.visible, cells, interpolation=cv2.INTER_AREA)
        drawn_height, drawn_width = scene.visible.shape
        arrays["boxes"][row] = np.array(scene.box) / [drawn_width, drawn_height, drawn_width, drawn_height]


def _scene(
    rng: Rng, cutout: Picture, cutouts: Cutouts, photographs: Photographs, shape: FrameShape
) -> TrainingScene | None:
    width, height = int(shape.width_px * _FINER), int(shape.height_px * _FINER)
    # A share of 0 draws no random number.
    if (shape.clean and rng.random() < shape.clean) or rng.random() < _FEW_CLEAN:
        return clean_scene(rng, cutout, width, height, _CLEAN_SIDE_PX)
    return shown_to_camera(rng, cutout, cutouts, width, height, photographs=photographs, fills=shape.fills)


def _draw_crops(job: _Job) -> None:
    rng, cutouts = np.random.default_rng(job.seed), Cutouts(job.cutouts)
    photographs = Photographs(job.photographs)
    crops = read_arrays(job.folder, writable=True)["crops"]
    for row, item in zip(job.rows, job.items, strict=True):
        crops[row, 0] = catalogue_picture(rng, cutouts[item], CROP_PX)
        for view in range(1, crops.shape[1]):
            scene = None
            while scene is None:
                scene = shown_to_camera(rng, cutouts[item], cutouts, 416, 234, photographs=photographs)
            crops[row, view] = _cropped(rng, scene)


def _cropped(rng: Rng, scene: TrainingScene) -> Picture:
    """Cut a square around a box that is a little off, as the finder's is."""
    left, top, right, bottom = scene.box
    off = rng.normal(0, 0.045, 4) * max(right - left, bottom - top)
    x0, y0, x1, y1 = left + off[0], top + off[1], right + off[2], bottom + off[3]
    side = max(x1 - x0, y1 - y0, 20) * rng.uniform(1.0, 1.3)
    scale = CROP_PX / side
    move = np.array(
        [[scale, 0, -((x0 + x1) / 2 - side / 2) * scale], [0, scale, -((y0 + y1) / 2 - side / 2) * scale]],
        np.float32,
    )
    crop = cv2.warpAffine(
        scene.picture, move, (CROP_PX, CROP_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(crop, np.uint8)
