"""Local features to test with: random ones, and pictures that have some."""

import cv2
import numpy as np
from numpy.typing import NDArray

from common.local_points import DESCRIPTOR_BYTES, LONGEST_PX, LocalPoints


def random_points(count: int, *, seed: int = 0) -> LocalPoints:
    """Points anywhere in a picture, with random descriptors."""
    chance = np.random.default_rng(seed)
    places = chance.uniform(0, LONGEST_PX, (count, 2)).astype(np.float32)
    return LocalPoints(places, chance.integers(0, 256, (count, DESCRIPTOR_BYTES), np.uint8))


def printed(seed: int, *, height: int = 400, width: int = 300) -> NDArray[np.uint8]:
    """A printed cover, full of corners: BGR uint8 [height, width, 3]."""
    chance = np.random.default_rng(seed)
    picture = np.full((height, width, 3), 245, np.uint8)
    for _ in range(60):
        x, y = int(chance.integers(0, width)), int(chance.integers(0, height))
        w, h = (int(side) for side in chance.integers(8, 50, 2))
        colour = tuple(int(level) for level in chance.integers(0, 256, 3))
        cv2.rectangle(picture, (x, y), (x + w, y + h), colour, -1)
    return picture


def textured(seed: int, *, height: int, width: int) -> NDArray[np.uint8]:
    """A light desk with a grain that has points everywhere: BGR uint8 [height, width, 3]."""
    noise = np.random.default_rng(seed).normal(0, 60, (height // 4, width // 4))
    grain = cv2.GaussianBlur(cv2.resize(noise, (width, height), interpolation=cv2.INTER_NEAREST), (0, 0), 1.5)
    return np.clip(np.array([150, 180, 200]) + grain[..., None], 0, 255).astype(np.uint8)


def tilted(picture: NDArray[np.uint8], *, mirrored: bool = False) -> NDArray[np.uint8]:
    """A camera's frame of it, 640 x 480: turned and in perspective, on a plain desk."""
    height, width = picture.shape[:2]
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    target = np.array([[220, 60], [470, 110], [430, 420], [150, 380]], np.float32)
    target = target[[1, 0, 3, 2]] if mirrored else target
    frame = np.full((480, 640, 3), 120, np.uint8)
    view = cv2.getPerspectiveTransform(source, target)
    cv2.warpPerspective(picture, view, (640, 480), dst=frame, borderMode=cv2.BORDER_TRANSPARENT)
    return frame
