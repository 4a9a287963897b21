"""Photographs that people took: as grounds, as things to cut out, and of one thing several times."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.training.mapped_pictures import MappedPictures, write_pictures
from models.training.paint import Picture, Rng

_SIDE_PX = 640  # of the longer side of a ground
_CUT_PX = 320  # of a thing to cut out
_SUFFIXES = (".jpg", ".jpeg", ".png")
_TOLERANCE = 20  # levels by which a plain ground may differ from its median
# Share of the picture that a thing on plain ground may take.
_LEAST, _MOST = 0.05, 0.9
_SEEN = 60  # alpha from which a pixel belongs to a cut-out
SHARE = 0.65  # of the grounds, where there are photographs


class Photographs(MappedPictures):
    """The grounds that `make_grounds` left in a folder, BGR; without a folder there are none."""

    def __init__(self, folder: Path | None) -> None:
        super().__init__(folder, channels=3)


def pictures_in(*folders: Path) -> Iterator[tuple[Path, Picture]]:
    """All pictures of folders and their subfolders, BGR, in the order of their names."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            picture = cv2.imread(str(path)) if path.suffix.lower() in _SUFFIXES else None
            if picture is not None:
                yield path, np.asarray(picture, np.uint8)


def make_grounds(folder: Path, sources: Sequence[Path]) -> None:
    """Scale the photographs of some folders, and write them into a folder; ModelError if there is none."""
    grounds = (_at_most(picture, _SIDE_PX) for _, picture in pictures_in(*sources))
    if not write_pictures(folder, grounds):
        raise ModelError(f"{', '.join(map(str, sources))}: no photographs; expected .jpg or .png files")


def make_things(folder: Path, sources: Sequence[Path]) -> None:
    """Write as PNGs with alpha what the pictures of some folders show on a plain ground."""
    for number, (_, picture) in enumerate(pictures_in(*sources)):
        small = _at_most(picture, _CUT_PX)
        mask = _off_the_ground(small)
        if not _LEAST < mask.mean() < _MOST:
            continue
        # Less its outermost pixels, which have the ground's colour in them.
        inner = cv2.erode(mask.astype(np.uint8) * 255, np.ones((3, 3), np.uint8))
        alpha = np.asarray(cv2.GaussianBlur(inner, (0, 0), 1), np.uint8)
        rows, columns = np.nonzero(alpha > _SEEN)
        if len(rows):
            cut = np.dstack([small, alpha])[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
            cv2.imwrite(str(folder / f"{number:05}.png"), cut)


def _off_the_ground(picture: Picture) -> NDArray[np.bool_]:
    """The pixels that are not of the plain ground, which reaches in from the border: bool [height, width]."""
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    apart = np.abs(picture.astype(np.int16) - np.median(border, axis=0)).max(axis=2)
    _, areas = cv2.connectedComponents((apart <= _TOLERANCE).astype(np.uint8), connectivity=4)
    edge = np.unique(np.concatenate([areas[0], areas[-1], areas[:, 0], areas[:, -1]]))
    return ~np.isin(areas, edge[edge > 0])


def photographed_ground(rng: Rng, height: int, width: int, photographs: Sequence[Picture]) -> Picture:
    """A part of a photograph, mirrored and out of focus at times: uint8 BGR [height, width, 3]."""
    photograph = photographs[int(rng.integers(len(photographs)))]
    high, wide = photograph.shape[:2]
    scale = max(width / wide, height / high) * rng.uniform(1, 2.2)
    size = int(np.ceil(wide * scale)), int(np.ceil(high * scale))
    smooth = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    ground: NDArray[np.uint8] = np.asarray(cv2.resize(photograph, size, interpolation=smooth), np.uint8)
    top, left = int(rng.integers(0, size[1] - height + 1)), int(rng.integers(0, size[0] - width + 1))
    ground = ground[top : top + height, left : left + width]
    if rng.random() < 0.5:
        ground = ground[:, ::-1]
    if rng.random() < 0.5:
        blur = float(rng.uniform(0.3, 4) * width / 640)
        ground = np.asarray(cv2.GaussianBlur(ground, (0, 0), blur), np.uint8)
    return np.ascontiguousarray(ground)


def _at_most(picture: Picture, side_px: int) -> Picture:
    scale = side_px / max(picture.shape[:2])
    if scale >= 1:
        return picture
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
