"""Puts the rendered views over the desk, frame by frame, and writes the clip."""

import math
from functools import lru_cache
from typing import Any

import av
import cv2
import numpy as np

from .desk import LIGHTS, desk_path
from .paths import CLIP
from .shots import FPS, Light, Shot, load_shots
from .views import HEIGHT_PX, VIEWS_PER_S, WIDTH_PX, view_path

Picture = np.ndarray[
    Any, np.dtype[np.float32]
]  # (720, 1280, 3 or 4), BGR(A), linear light, alpha premultiplied
SLIDE_FRAMES = 2.5  # frames in which an item enters the frame, and leaves it
FADE_FRAMES = 5  # frames in which the room's light changes between shots
GAMMA = 2.2
CRF, NOISE = 24, 0.009


@lru_cache(maxsize=3)
def _desk(light: str) -> Picture:
    raw = cv2.imread(str(desk_path(light)), cv2.IMREAD_UNCHANGED)[..., :3]
    return np.asarray((raw / 65535.0) ** GAMMA, np.float32)


@lru_cache(maxsize=4)
def _view(path: str) -> Picture:
    raw = cv2.imread(path, cv2.IMREAD_UNCHANGED).astype(np.float32) / 255
    raw[..., :3] = raw[..., :3] ** GAMMA * raw[..., 3:]
    return raw


def _held(shot: Shot, frame: int) -> Picture:
    """The held picture at a frame: a view, or the mean of two where the frame lies between them."""
    place = frame * VIEWS_PER_S / FPS
    first = _view(str(view_path(shot, math.floor(place))))
    return first if place == int(place) else (first + _view(str(view_path(shot, math.ceil(place))))) / 2


def _shift(shot: Shot, frame: int, rng: np.random.Generator) -> tuple[float, float]:
    """Pixels by which the hand is off its place: a slow sway, and the slide in and out along the arm."""
    total = round(shot.seconds * FPS)
    t, phase = frame / FPS, shot.number * 1.7
    x, y = 9 * math.sin(2.1 * t + phase), 7 * math.sin(1.6 * t + phase * 2) + rng.normal(0, 0.4)
    away = max(0.0, 1 - (frame + 1) / SLIDE_FRAMES, 1 - (total - frame) / SLIDE_FRAMES)
    side = shot.plan["side"]
    return x + side * 260 * away**1.5, y + 700 * away**1.5


def _move(view: Picture, dx: float, dy: float) -> Picture:
    """Shifts the view; the sleeve at the lower edge is continued below it."""
    rows = 24  # the sway never lifts the arm by more
    tall = cv2.copyMakeBorder(view, 0, rows, 0, 0, cv2.BORDER_REPLICATE)
    matrix = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    return np.asarray(cv2.warpAffine(tall, matrix, (WIDTH_PX, HEIGHT_PX), flags=cv2.INTER_LINEAR))


def _weights(shots: list[Shot], now: int, frame: int) -> np.ndarray[Any, Any]:
    """The desk's light weights, eased over from the shot before."""

    def of(number: int) -> np.ndarray[Any, Any]:
        lit: list[Light] = [s.light for s in shots[max(0, number) :: -1] if s.light]
        return np.array((lit or [s.light for s in shots if s.light])[0].desk)

    share = min(1.0, (frame + 1) / FADE_FRAMES)
    return of(now) * share + of(now - 1) * (1 - share)


def _compose(shots: list[Shot], now: int, frame: int, rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """One finished frame, BGR uint8."""
    shot = shots[now]
    picture = sum(w * _desk(n) for w, n in zip(_weights(shots, now, frame), LIGHTS, strict=True))
    if shot.item is not None:
        view = _move(_held(shot, frame), *_shift(shot, frame, rng))
        # A held thing is far above the desk: its shadow is wide, faint and off to one side.
        shade = cv2.resize(view[..., 3], (WIDTH_PX // 8, HEIGHT_PX // 8), interpolation=cv2.INTER_AREA)
        shade = cv2.GaussianBlur(shade, (0, 0), 5)
        shade = cv2.warpAffine(shade, np.array([[1, 0, 6.0], [0, 1, 9.0]]), shade.shape[::-1])
        picture = picture * (1 - 0.45 * cv2.resize(shade, (WIDTH_PX, HEIGHT_PX)))[..., None]
        picture = picture * (1 - view[..., 3:]) + view[..., :3]
    t = shot.from_s + frame / FPS
    exposure = 0.92 * (1 + 0.03 * math.sin(0.9 * t) + rng.normal(0, 0.004))
    out = np.clip(picture * exposure, 0, 1) ** (1 / GAMMA)
    grain = rng.normal(0, NOISE, (HEIGHT_PX, WIDTH_PX, 1)).astype(np.float32)
    return np.asarray(np.clip((out + grain * (1.2 - out)) * 255, 0, 255), np.uint8)


def write_clip() -> None:
    """Encodes every frame of every shot as H.264."""
    shots = load_shots()
    part = CLIP.with_suffix(".part.mp4")
    with av.open(str(part), "w", options={"movflags": "+faststart"}) as box:
        stream = box.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        # One thread: more would make the file differ from machine to machine.
        stream.options = {"crf": str(CRF), "preset": "slow", "threads": "1", "g": "20"}
        rng = np.random.default_rng(2026)
        for now, shot in enumerate(shots):
            for frame in range(round(shot.seconds * FPS)):
                picture = av.VideoFrame.from_ndarray(_compose(shots, now, frame, rng), format="bgr24")
                box.mux(stream.encode(picture))
        box.mux(stream.encode())
    part.replace(CLIP)
