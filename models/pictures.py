"""What a featurizer is given: checked pictures and boxes, cut and put together for a run."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

_MAX_BATCH = 16
# Inside the graph a pixel takes 12 bytes before it is resized: about 100 MB, plus one picture at most.
_MAX_BATCH_PX = 8_000_000


def checked_boxes(boxes: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """The boxes as float32 [count, 4], each cut to its picture; ValueError for another form."""
    given = np.asarray(boxes, np.float32)
    if given.shape != (count, 4):
        raise ValueError(f"boxes are {given.shape}; expected ({count}, 4)")
    start, end = np.clip(given[:, :2], 0, 1), np.clip(given[:, :2] + given[:, 2:], 0, 1)
    if not (end > start).all():  # written so that NaN is refused too
        raise ValueError("a box has no area; expected left, top, width and height in shares of the picture")
    return np.hstack([start, end - start])


def cut(picture: NDArray[np.uint8], box: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The part of a picture in a box, at least one pixel of it."""
    height, width = picture.shape[:2]
    left, top, across, down = (float(share) for share in box)
    x, y = min(int(left * width), width - 1), min(int(top * height), height - 1)
    right, bottom = math.ceil((left + across) * width), math.ceil((top + down) * height)
    return picture[y : max(y + 1, bottom), x : max(x + 1, right)]


def check_pictures(pictures: Sequence[NDArray[np.uint8]]) -> None:
    """Raise ValueError for what is no picture uint8 [height, width, 3]."""
    for index, picture in enumerate(pictures):
        _check_picture(index, picture)


def _check_picture(index: int, picture: NDArray[np.uint8]) -> None:
    if not isinstance(picture, np.ndarray):
        raise ValueError(f"picture {index} is {type(picture).__name__}; expected a numpy array")
    if picture.dtype != np.uint8:
        raise ValueError(f"picture {index} has dtype {picture.dtype}; expected uint8")
    if picture.ndim != 3 or picture.shape[2] != 3 or 0 in picture.shape:
        raise ValueError(
            f"picture {index} has shape {picture.shape}; expected (height, width, 3), none of them 0"
        )


def stack(pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Pictures of one shape as uint8 [n, height, width, 3]."""
    if len(pictures) == 1:  # the usual case of a camera: no copy of the frame
        return pictures[0][np.newaxis]
    return np.stack(pictures)


def batches(pictures: Sequence[NDArray[np.uint8]]) -> Iterator[list[int]]:
    """Yield the indices of pictures of equal shape, few enough for one run."""
    groups: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
    for index, picture in enumerate(pictures):
        groups[picture.shape].append(index)
    for (height, width, _), indices in groups.items():
        count = max(1, min(_MAX_BATCH, _MAX_BATCH_PX // (height * width)))
        for start in range(0, len(indices), count):
            yield indices[start : start + count]
