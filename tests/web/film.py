"""Films for a browser's fake camera, made from the sample clip."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.system.record import TruthScene
from tests.system.stack import ROOT

Picture = NDArray[np.uint8]
CLIP = ROOT / "samples" / "clip.mp4"
SIZE = 640, 360
FPS = 10


def read_clip() -> list[Picture]:
    """All frames of the clip, BGR [360, 640, 3], at FPS frames a second."""
    capture = cv2.VideoCapture(str(CLIP))
    assert capture.get(cv2.CAP_PROP_FPS) == FPS
    frames: list[Picture] = []
    while True:
        there, frame = capture.read()
        if not there:
            return frames
        frames.append(np.asarray(cv2.resize(frame, SIZE, interpolation=cv2.INTER_AREA), np.uint8))


def frames_of(clip: Sequence[Picture], scene: TruthScene) -> list[Picture]:
    """A scene's frames without its first and last tenths of a second, in which things change."""
    return list(clip[round(scene.from_s * FPS) + 2 : round(scene.to_s * FPS) - 2])


def write_film(path: Path, frames: Sequence[Picture]) -> None:
    """Write a YUV4MPEG2 file, which Chromium plays repeatedly."""
    width, height = SIZE
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{width} H{height} F{FPS}:1 Ip A1:1 C420jpeg\n".encode())
        for frame in frames:
            film.write(b"FRAME\n" + cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420).tobytes())
