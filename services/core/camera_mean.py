"""The mean of the scenes that a camera has shown, and the frames of its last minute."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from common.compact_json import read_message, to_compact_json
from common.wire import Vectors

# Number of scenes that a model's shipped mean counts for, and the number of own scenes that count at most.
SHIPPED_SCENES, MOST_SCENES = 20, 200
# Without a shipped mean, a camera's own begins with this number of scenes.
FIRST_SCENES = 10
# A scene is taken if its cosine with each of the last taken ones is below this, the mean taken off all.
CHANGED_BELOW = 0.7
LAST_SCENES = 4
# Number of scenes after which it is checked whether the mean still fits.
CHECK_SCENES = 10
# The numbers of a kept mean; it is read at each frame.
_KINDS = {"total": "<f4", "last": "<f2", "recent": "<f2"}
# The frames of a camera's last minute that are kept: their distance and their number.
SEEN_EVERY_S, SEEN_FRAMES, SEEN_S = 1.0, 60, 60.0


@dataclass(frozen=True)
class CameraMean:
    """The mean of a camera's scenes: their `total`, float32 [dim], and their `count`, of one model.

    `last` are the last scenes taken, float32 [1 to LAST_SCENES, dim], newest first; `recent` is the total of
    those since the last check, and `recent_count` their number. All scenes are unit vectors.
    """

    model: str
    total: Vectors
    count: float
    last: Vectors
    recent: Vectors
    recent_count: int

    def mean(self, shipped: Vectors | None) -> Vectors | None:
        """The mean to take off a query, float32 [dim]; None while too little is known."""
        if shipped is not None:
            return np.asarray((SHIPPED_SCENES * shipped + self.total) / (SHIPPED_SCENES + self.count))
        return np.asarray(self.total / self.count) if self.count >= FIRST_SCENES else None

    def with_scene(self, scene: Vectors, shipped: Vectors | None) -> CameraMean | None:
        """The mean with a scene, float32 [dim] of unit length; None for one that is like a last one."""
        prior = np.zeros_like(scene) if shipped is None else shipped
        middle, last, lengths = self._centred(prior)
        if _is_like(scene - middle, last, lengths):
            return None
        share = min(1.0, (MOST_SCENES - 1) / self.count)
        taken = replace(
            self,
            total=share * self.total + scene,
            count=share * self.count + 1,
            last=np.concatenate([scene[None], self.last])[:LAST_SCENES],
            recent=self.recent + scene,
            recent_count=self.recent_count + 1,
        )
        return taken if taken.recent_count < CHECK_SCENES else taken._checked(prior)

    def _centred(self, prior: Vectors) -> tuple[Vectors, Vectors, Vectors]:
        """The middle of the scenes, the last ones without it, and their lengths.

        Most frames are like the last ones and leave the mean as it is, so it is kept for them.
        """
        kept = self.__dict__.get("_kept_centred")
        if kept is None or kept[0] is not prior:
            middle = (SHIPPED_SCENES * prior + self.total) / (SHIPPED_SCENES + self.count)
            last = self.last - middle
            kept = prior, (middle, last, np.linalg.norm(last, axis=1))
            self.__dict__["_kept_centred"] = kept
        centred: tuple[Vectors, Vectors, Vectors] = kept[1]
        return centred

    def _checked(self, prior: Vectors) -> CameraMean:
        """The mean of the recent scenes alone, if they are nearer to what every camera begins with."""
        recent = self.recent / self.recent_count
        before = self.total - self.recent
        count = self.count - self.recent_count
        begun = replace(self, recent=np.zeros_like(self.recent), recent_count=0)
        if count < CHECK_SCENES:
            return begun
        own = (SHIPPED_SCENES * prior + before) / (SHIPPED_SCENES + count)
        if np.linalg.norm(recent - own) <= np.linalg.norm(recent - prior):
            return begun
        return replace(begun, total=self.recent, count=float(self.recent_count))

    def to_json(self) -> str:
        """The JSON that the match queue keeps."""
        arrays = {name: _text(getattr(self, name), kind) for name, kind in _KINDS.items()}
        fields = {"model": self.model, "dim": len(self.total), "count": self.count, **arrays}
        return to_compact_json(fields | {"recent_count": self.recent_count})

    @classmethod
    def from_json(cls, text: str) -> CameraMean | None:
        """Read what `to_json` wrote; None for anything else, which another version may have written."""
        try:
            fields = read_message(text.encode())
            dim, count = int(fields["dim"]), float(fields["count"])
            total, last, recent = (_floats(fields[name], kind, dim) for name, kind in _KINDS.items())
            found = cls(str(fields["model"]), total[0], count, last, recent[0], int(fields["recent_count"]))
        except (ValueError, TypeError, KeyError, IndexError):
            return None
        numbers = np.concatenate([total, recent, last])
        return found if np.isfinite(numbers).all() and len(last) and count >= 1 else None


def first_mean(model: str, scene: Vectors) -> CameraMean:
    """The mean of a camera's first scene, float32 [dim] of unit length."""
    return CameraMean(model, scene, 1.0, scene[None], scene, 1)


def seen_scene(vectors: Vectors) -> Vectors | None:
    """The one direction of a frame's vectors, float32 [n, dim] of unit length; None if they have none."""
    # A single vector, as most frames have, stays as it is.
    middle = vectors[0] if len(vectors) == 1 else vectors.mean(axis=0, dtype=np.float64)
    length = math.sqrt(middle @ middle)
    if not (math.isfinite(length) and length > 1e-6):
        return None
    return np.asarray(middle if len(vectors) == 1 else middle / length, np.float32)


def learned(
    earlier: CameraMean | None, model: str, vectors: Vectors, shipped: Vectors | None
) -> CameraMean | None:
    """The camera's mean after a frame of these vectors, None if the frame does not change it."""
    scene = seen_scene(vectors)
    if scene is None:
        return None
    if earlier is None or earlier.model != model or earlier.total.shape != scene.shape:
        return first_mean(model, scene)
    return earlier.with_scene(scene, shipped)


@dataclass(frozen=True, slots=True)
class SeenFrame:
    """A frame of a camera's last minute: its vector, float32 [dim] of unit length and of `model`.

    `best_id` is the best match of its record, None if it had none; `verdict` is the record's.
    """

    captured_at_s: float
    vector: Vectors
    best_id: str | None
    verdict: str
    model: str | None = None

    def to_json(self) -> str:
        """The JSON that the match queue keeps, with the vector as int8."""
        scale = float(np.abs(self.vector).max()) / 127 or 1.0
        numbers = np.rint(self.vector / scale).astype(np.int8)
        fields = {"t": self.captured_at_s, "v": base64.b64encode(numbers.tobytes()).decode()}
        told = {"best": self.best_id, "verdict": self.verdict, "model": self.model}
        return to_compact_json(fields | told)

    @classmethod
    def from_json(cls, text: str) -> SeenFrame:
        """Read what `to_json` wrote."""
        fields = json.loads(text)
        numbers = np.frombuffer(base64.b64decode(fields["v"]), np.int8).astype(np.float32)
        vector = np.asarray(numbers / (np.linalg.norm(numbers) or 1.0), np.float32)
        return cls(fields["t"], vector, fields["best"], fields["verdict"], fields["model"])


def last_minute(frames: Sequence[SeenFrame]) -> list[SeenFrame]:
    """Those of a camera's kept frames, newest first, that are within a minute of the newest."""
    return [frame for frame in frames if frames[0].captured_at_s - frame.captured_at_s <= SEEN_S]


def _is_like(scene: Vectors, last: Vectors, lengths: Vectors) -> bool:
    """Whether a scene is like one of the last, float32 [n, dim] of these lengths."""
    length = math.sqrt(scene @ scene)
    return bool((last @ scene >= CHANGED_BELOW * length * lengths).any())


def _text(numbers: Vectors, kind: str) -> str:
    return base64.b64encode(np.asarray(numbers, kind).tobytes()).decode()


def _floats(text: str, kind: str, dim: int) -> Vectors:
    """float32 [n, dim]; raises ValueError."""
    content = base64.b64decode(text, validate=True)
    with np.errstate(invalid="ignore"):  # a signalling NaN is found with the other NaNs
        return np.frombuffer(content, kind).astype(np.float32).reshape(-1, dim)
