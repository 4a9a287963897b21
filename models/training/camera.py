"""A camera's effects on a picture: light, white balance, blur, noise, compression."""

import cv2
import numpy as np

from models.training.paint import Floats, Picture, Rng, soft_noise


def photograph(rng: Rng, seen: Picture, pixel: float) -> Picture:
    """Return a picture as a camera takes it; `pixel` is the size here of a pixel of a frame 1280 wide."""
    x = _developed(rng, _lit(rng, seen.astype(np.float32)))
    blur_px = rng.uniform(0, 2.4) * pixel
    if blur_px > 0.25:
        x = np.asarray(cv2.GaussianBlur(x, (0, 0), blur_px), np.float32)
    if rng.random() < 0.2:
        x = _shaken(rng, x, pixel)
    noise = rng.standard_normal(x.shape, np.float32) * np.float32(
        rng.uniform(0, 11) * np.sqrt(max(pixel, 0.2))
    )
    taken = np.clip(x + noise, 0, 255).astype(np.uint8)
    return _compressed(rng, taken) if rng.random() < 0.6 else taken


def _lit(rng: Rng, x: Floats) -> Floats:
    """Light that falls off to one side, or in soft spots."""
    height, width = x.shape[:2]
    if rng.random() < 0.5:
        ys, xs = np.mgrid[:height, :width].astype(np.float32)
        angle = rng.uniform(0, 2 * np.pi)
        towards = (xs / width - 0.5) * np.cos(angle) + (ys / height - 0.5) * np.sin(angle)
        x *= (1 + towards * rng.uniform(0, 0.7))[..., None]
    if rng.random() < 0.3:
        x *= (1 + soft_noise(rng, height, width, 2 ** rng.uniform(0, 2)) * rng.uniform(0, 0.2))[..., None]
    return x


def _developed(rng: Rng, x: Floats) -> Floats:
    """A picture with changed exposure, white balance, contrast and saturation."""
    x = x * rng.uniform(0.45, 1.35) + rng.uniform(-25, 25)
    x = np.clip(x * rng.uniform(0.84, 1.16, 3).astype(np.float32), 0, 255)
    if rng.random() < 0.4:
        x = np.asarray(255 * (x / 255) ** rng.uniform(0.6, 1.7), np.float32)
    if rng.random() < 0.3:
        grey = x.mean(2, keepdims=True)
        x = grey + (x - grey) * rng.uniform(0.3, 1.3)
    return x


def _shaken(rng: Rng, x: Floats, pixel: float) -> Floats:
    """A picture blurred along a line, as by a movement."""
    side = max(2, int(rng.uniform(2, 14) * pixel))
    kernel = np.zeros((side, side), np.float32)
    cv2.line(kernel, (0, int(rng.integers(side))), (side - 1, int(rng.integers(side))), (1,))
    kernel /= max(1, kernel.sum())
    if rng.random() < 0.5:
        kernel = kernel.T.copy()
    return np.asarray(cv2.filter2D(x, -1, kernel), np.float32)


def _compressed(rng: Rng, picture: Picture) -> Picture:
    quality = int(rng.integers(35, 95))
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
