"""Labelled frames with the catalogue that they show: folders in the camera bench's form, and the clip."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from bench.sets.folder import Sides
from edge.picture.frame_types import Frame

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
CLIP_FPS = 10
# A shot of the clip, in seconds.
_SHOT_S = 3


@dataclass(frozen=True, slots=True)
class Showing:
    """A frame and its truth: the item's id, empty for a stranger, and the thing's box where it is known.

    `half` is 0 or 1, the same for all frames of one thing; of photos/shop half 0 may be learned from.
    """

    name: str
    id: str
    group: str
    half: int
    read: Callable[[], Frame]
    sides: Sides | None = None


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A set: its catalogue's table, and its frames in their order; `train` has further pictures by item."""

    name: str
    catalogue: Path
    showings: Sequence[Showing]
    train: Path | None = None

    @property
    def is_film(self) -> bool:
        """Whether the frames follow each other as a camera took them."""
        return self.name == "clip"


def read_folder(name: str, folder: Path) -> LabelledSet:
    """A folder with catalogue.csv, truth.csv (frame, id, difficulty, perhaps a box), perhaps train/ID/."""
    with (folder / "truth.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    train = folder / "train"
    # By the products that can be learned from, if there are any, else by what the set shows.
    names = {path.name for path in train.iterdir()} if train.is_dir() else set(map(_thing, rows))
    halves = {thing: place % 2 for place, thing in enumerate(sorted(names))}
    showings = [
        Showing(
            name=row["frame"],
            id=row["id"],
            group=row["difficulty"],
            half=halves.get(_thing(row), 1),
            read=partial(read_frame, folder / row["frame"]),
            sides=_sides(row),
        )
        for row in rows
    ]
    return LabelledSet(name, folder / "catalogue.csv", showings, train if train.is_dir() else None)


def read_clip() -> LabelledSet:
    """Each frame of the sample clip; a group is the kind of what it shows."""
    with (SAMPLES / "truth.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    showings = []
    for number, frame in enumerate(_clip_frames()):
        at_s = number / CLIP_FPS
        row = next(row for row in rows if float(row["from_s"]) <= at_s < float(row["to_s"]))
        shown = row["id"] if row["kind"] == "item" else ""
        half = number // (_SHOT_S * CLIP_FPS) % 2
        # Compressed: a minute of frames would take a gigabyte.
        jpeg = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
        showings.append(Showing(f"{number:03d}", shown, row["kind"], half, partial(_decoded, jpeg)))
    return LabelledSet("clip", SAMPLES / "catalogue.csv", showings)


def read_frame(path: Path) -> Frame:
    """A picture file, BGR."""
    return _decoded(path.read_bytes())


def _clip_frames() -> Iterator[Frame]:
    clip = cv2.VideoCapture(str(SAMPLES / "clip.mp4"))
    while True:
        there, frame = clip.read()
        if not there:
            return
        yield np.asarray(frame, np.uint8)


def _decoded(content: bytes) -> Frame:
    frame = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert frame is not None
    return np.asarray(frame, np.uint8)


def _thing(row: dict[str, str]) -> str:
    """The thing that a frame shows, also of a stranger, by its name: Thing_001 in shop, else thing-1."""
    stem = Path(row["frame"]).stem
    return stem.rsplit("_" if row["difficulty"] in ("package", "produce") else "-", 1)[0]


def _sides(row: dict[str, str]) -> Sides | None:
    if not row.get("x0"):
        return None
    return float(row["x0"]), float(row["y0"]), float(row["x1"]), float(row["y1"])
