"""The space in which pictures are compared: own means taken off, sharpened by what people taught.

Camera pictures lie elsewhere among a model's vectors than catalogue pictures do. A query has its camera's
mean taken off, a catalogue picture the catalogue's, and a taught one that of all taught ones; directions are
what is left. An index holds these, so that any k-NN can be used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from common.wire import Vectors
from services.core.catalogue.views import taught_rows
from services.core.domain import Item

# The share of its hub that is taken off an item's score, and the number of camera vectors that make it a hub.
DAMPING, HUB_NEAREST = 0.5, 10
# An item's score by catalogue and by taught pictures, the latter at the scale of the former.
CATALOGUE_WEIGHT, TAUGHT_WEIGHT = 0.5, 0.7
# A vector shorter than this has no direction any more once a mean is taken off.
_SHORTEST = 1e-4


@dataclass(frozen=True, slots=True)
class ModelSpace:
    """A shipped model's camera mean, float32 [dim], and camera vectors, float32 [n, dim] of unit length."""

    camera_mean: Vectors
    camera_vectors: Vectors


@dataclass(frozen=True, slots=True)
class TaughtScale:
    """What brings a cosine with a taught vector to the scale of catalogue pictures: gain and offset."""

    gain: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Standing:
    """What makes an item's score of its cosine: score = gain x cosine + offset."""

    gain: float
    offset: float

    def score(self, cosine: float) -> float:
        """The score that belongs to a cosine."""
        return self.gain * cosine + self.offset


@dataclass(frozen=True, slots=True)
class Space:
    """Turns vectors into those that are compared; without what is shipped, they are compared as they are.

    `metric` is float32 [dim, dim]. `taught_items` and `sharpening_items` are the numbers of items that scale
    and metric were fitted to.
    """

    shipped: ModelSpace | None = None
    catalogue_mean: Vectors | None = None
    taught_mean: Vectors | None = None
    metric: Vectors | None = None
    scale: TaughtScale = field(default=TaughtScale())
    taught_items: int = 0
    sharpening_items: int = 0
    # The shipped camera vectors as they are compared, float32 [n, dim], and the inverse of the metric.
    cameras: Vectors | None = field(init=False, repr=False)
    unsharpened: Vectors | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        cameras = None if self.shipped is None else self.queries(self.shipped.camera_vectors)
        inverse = None if self.metric is None else np.linalg.inv(self.metric)
        object.__setattr__(self, "cameras", cameras)
        object.__setattr__(self, "unsharpened", inverse)

    @property
    def camera_mean(self) -> Vectors | None:
        """The mean of cameras that are not known yet."""
        return None if self.shipped is None else self.shipped.camera_mean

    def queries(self, vectors: Vectors, mean: Vectors | None = None) -> Vectors:
        """A camera's vectors, float32 [n, dim], without its mean; without the shipped one if it has none."""
        return self._compared(vectors, self.camera_mean if mean is None else mean)

    def queries_of(self, frames: Sequence[Vectors], means: Sequence[Vectors | None]) -> Vectors:
        """Frames' vectors, float32 [n, dim] in all, each without the mean of its camera."""
        together = np.concatenate(frames)
        if self.camera_mean is None and any(mean is None for mean in means):
            return np.concatenate([self.queries(*pair) for pair in zip(frames, means, strict=True)])
        rows = [self.camera_mean if mean is None else mean for mean in means]
        counts = [len(frame) for frame in frames]
        return self._compared(together, np.repeat(np.array(rows), counts, axis=0))

    def placed(self, item: Item) -> tuple[Vectors, Standing | None]:
        """The item's vectors for the index, float32 [rows, dim] of unit length, and what makes its score.

        Its taught vectors become one, which is joined with each of its other ones: what a cosine with that
        is worth, is what both are worth together. None: the score is the cosine, as for all items of a model
        of which nothing is known.
        """
        return self.placed_all([item])[0]

    def placed_all(self, items: Sequence[Item]) -> list[tuple[Vectors, Standing | None]]:
        """What `placed` gives of each item; many at once take far less time."""
        if self.cameras is None or not items:
            return [(item.vectors, None) for item in items]
        placed = [self._undamped(item) for item in items]
        near = np.concatenate([rows for rows, _ in placed]) @ self.cameras.T
        damped, start = list[tuple[Vectors, Standing | None]](), 0
        for rows, standing in placed:
            hub = _hub(near[start : start + len(rows)], standing)
            damped.append((rows, replace(standing, offset=standing.offset - DAMPING * hub)))
            start += len(rows)
        return damped

    def _undamped(self, item: Item) -> tuple[Vectors, Standing]:
        taught = taught_rows(item)
        rows = self.catalogue(item.vectors[~taught])
        if not taught.any():
            return rows, Standing(1.0, 0.0)
        return self._joined(rows, self.taught(item.vectors[taught]))

    def catalogue(self, vectors: Vectors) -> Vectors:
        """Vectors of catalogue pictures, float32 [n, dim], as they are compared."""
        return self._compared(vectors, self.catalogue_mean)

    def taught(self, vectors: Vectors) -> Vectors:
        """Vectors of taught pictures, float32 [n, dim], as they are compared."""
        return self._compared(vectors, self.taught_mean)

    def originals(self, rows: Vectors) -> Vectors:
        """The catalogue pictures' vectors, float32 [n, dim], that `catalogue` makes these rows of."""
        if self.unsharpened is not None:
            rows = directions(rows @ self.unsharpened, rows)
        if self.catalogue_mean is None:
            return rows
        # The vector has length 1 and lies from the mean in the row's direction.
        along = rows @ self.catalogue_mean
        reach = np.sqrt(np.maximum(along**2 + 1 - self.catalogue_mean @ self.catalogue_mean, 0)) - along
        return np.asarray(self.catalogue_mean + reach[:, None] * rows, np.float32)

    def cosines_of_originals(self, rows: Vectors) -> Vectors:
        """The cosines among each query's `originals` of rows, float32 [queries, n, dim]: [queries, n, n].

        Without making the originals, which takes several times as long.
        """
        if self.unsharpened is not None:
            queries, count, dim = rows.shape
            flat = rows.reshape(-1, dim)
            rows = directions(flat @ self.unsharpened, flat).reshape(queries, count, dim)
        cosines = rows @ rows.transpose(0, 2, 1)
        if self.catalogue_mean is None:
            return np.asarray(cosines)
        # Of mean + reach x row each.
        along, square = rows @ self.catalogue_mean, float(self.catalogue_mean @ self.catalogue_mean)
        reach = np.sqrt(np.maximum(along**2 + 1 - square, 0)) - along
        beside = reach * along
        reaches = reach[:, :, None] * reach[:, None, :]
        return np.asarray(square + beside[:, :, None] + beside[:, None, :] + reaches * cosines)

    def _joined(self, rows: Vectors, taught: Vectors) -> tuple[Vectors, Standing]:
        """Rows with the mean taught direction in them; of a merely taught item, that direction alone."""
        own = directions(taught.mean(axis=0, keepdims=True), taught[:1])
        weight = TAUGHT_WEIGHT if len(rows) else CATALOGUE_WEIGHT + TAUGHT_WEIGHT
        joined = CATALOGUE_WEIGHT * rows if len(rows) else np.zeros_like(own)
        joined = joined + weight * self.scale.gain * own
        gain = float(np.linalg.norm(joined, axis=1).mean())
        return directions(joined, own), Standing(gain, weight * self.scale.offset)

    def _compared(self, vectors: Vectors, mean: Vectors | None) -> Vectors:
        found = vectors if mean is None else directions(vectors - mean, vectors)
        return found if self.metric is None else directions(found @ self.metric, found)


PLAIN = Space()


def directions(vectors: Vectors, otherwise: Vectors) -> Vectors:
    """float32 [n, dim] of unit length; a vector without a direction is that of `otherwise` in its place."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    has_one = np.isfinite(lengths) & (lengths > _SHORTEST)
    return np.asarray(np.where(has_one, vectors / np.where(has_one, lengths, 1), otherwise), np.float32)


def _hub(cosines: Vectors, standing: Standing) -> float:
    """The mean of an item's highest scores by camera pictures of all kinds: cosines [rows, cameras]."""
    if not cosines.size:
        return 0.0
    near = cosines.max(axis=0)
    count = min(HUB_NEAREST, len(near))
    return standing.score(float(np.partition(near, -count)[-count:].mean()))
