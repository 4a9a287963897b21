"""Fitting of the space to the catalogue: its mean, and what people taught."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.core.catalogue.views import taught_rows
from services.core.domain import Item
from services.core.search.space import PLAIN, ModelSpace, Space, TaughtScale, directions

# Number of items, and of taught pictures, that the shipped camera mean counts for in a mean.
_PRIOR_ITEMS, _PRIOR_TAUGHT = 3, 3
# Number of items with two taught pictures or more from which on they sharpen, and the share of their mean
# scatter that is added in all directions.
SHARPENING_FROM, _REGULARISATION = 8, 1.0
# Number of taught items, and of pictures of each, that metric and scale are fitted to: more change little.
_MOST_ITEMS, _MOST_PICTURES = 400, 16
# Mean and spread of taught pictures' cosines with other items' taught ones, and with other items' catalogue
# pictures: those of shop photographs, and the number of cosines that they count for.
_TAUGHT_COSINES, _CATALOGUE_COSINES, _PRIOR_COSINES = (0.0, 0.26), (0.01, 0.14), 200
# A mean that moved by less, in lengths of unit vectors, changes cosines by less than queries differ.
_MOVED = 0.05
# Cameras go on learning, and all items are read again for a new mean of theirs.
_CAMERAS_MOVED = 0.1


@dataclass(frozen=True, slots=True)
class TaughtVectors:
    """An item's vectors, as the model made them, float16 [n, dim]: taught and catalogue pictures."""

    taught: NDArray[np.float16]
    catalogue: NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class KeptStatistics:
    """Statistics as they were at one moment: sums, float64 [dim], counts, and the taught items by id."""

    total: NDArray[np.float64]
    count: int
    taught: Mapping[str, TaughtVectors]
    taught_total: NDArray[np.float64]
    taught_count: int


class SpaceStatistics:
    """What a space is fitted to; items are added as they come, and none is taken out of the mean again."""

    def __init__(self, shipped: ModelSpace | None, dim: int) -> None:
        self._shipped = shipped
        self._total = np.zeros(dim, np.float64)
        self._count = 0
        self._taught: dict[str, TaughtVectors] = {}
        # The sum of all taught vectors, and their number.
        self._taught_total, self._taught_count = np.zeros(dim, np.float64), 0

    @classmethod
    def begun(cls, shipped: ModelSpace | None, kept: KeptStatistics) -> Self:
        """Statistics that go on from kept ones."""
        made = cls(shipped, len(kept.total))
        made._total, made._count = kept.total.copy(), kept.count
        made._taught = dict(kept.taught)
        made._taught_total, made._taught_count = kept.taught_total.copy(), kept.taught_count
        return made

    def kept(self) -> KeptStatistics:
        """The statistics as they are now."""
        taught = dict(self._taught)
        return KeptStatistics(
            self._total.copy(), self._count, taught, self._taught_total.copy(), self._taught_count
        )

    def add(self, items: Iterable[Item]) -> None:
        """Count items as they are now."""
        for item in items:
            taught = taught_rows(item)
            catalogue = item.vectors[~taught]
            if len(catalogue):
                self._total += catalogue.mean(axis=0, dtype=np.float64)
                self._count += 1
            self.remove(item.id)
            if taught.any():
                half = np.float16
                own = TaughtVectors(item.vectors[taught].astype(half), catalogue.astype(half))
                self._taught[item.id] = own
                self._count_taught(own, 1)

    def remove(self, item_id: str) -> None:
        """Forget what an item that is gone was taught."""
        if (own := self._taught.pop(item_id, None)) is not None:
            self._count_taught(own, -1)

    def _count_taught(self, own: TaughtVectors, times: int) -> None:
        self._taught_total += times * own.taught.sum(axis=0, dtype=np.float64)
        self._taught_count += times * len(own.taught)

    def is_moved_from(self, space: Space, cameras: Vectors | None = None) -> bool:
        """Whether the items, or the `cameras`, differ enough from those that a space was fitted to."""
        if self._shipped is None:
            return False
        prior = self._shipped.camera_mean
        moved = _distance(self._catalogue_mean(prior), space.catalogue_mean) > _MOVED
        if self._taught:  # else nothing depends on the cameras yet
            moved |= _distance(self._taught_mean(prior, cameras), space.taught_mean) > _CAMERAS_MOVED
        sharpening = sum(len(each.taught) > 1 for each in self._taught.values())
        is_sharpened = (sharpening >= SHARPENING_FROM) != (space.metric is not None)
        counts = ((len(self._taught), space.taught_items), (sharpening, space.sharpening_items))
        return moved or is_sharpened or any(max(pair) > 2 * max(1, min(pair)) for pair in counts)

    def fit(self, cameras: Vectors | None = None) -> Space:
        """The space of the items counted; for an unknown model that in which nothing is changed.

        `cameras` is the mean of the cameras that are known, float32 [dim].
        """
        if self._shipped is None:
            return PLAIN
        sharpening = self._sharpening()
        space = Space(
            shipped=self._shipped,
            catalogue_mean=self._catalogue_mean(self._shipped.camera_mean),
            taught_mean=self._taught_mean(self._shipped.camera_mean, cameras),
            taught_items=len(self._taught),
            sharpening_items=len(sharpening),
        )
        if len(sharpening) >= SHARPENING_FROM:
            space = replace(
                space, metric=_metric([space.taught(_floats(each.taught)) for each in _spread(sharpening)])
            )
        return replace(space, scale=self._scale(space))

    def _catalogue_mean(self, prior: Vectors) -> Vectors:
        total = self._total + _PRIOR_ITEMS * prior
        return np.asarray(total / (self._count + _PRIOR_ITEMS), np.float32)

    def _taught_mean(self, prior: Vectors, cameras: Vectors | None) -> Vectors:
        """The mean of the cameras that took the pictures; where these are unknown, that of the pictures.

        Few taught things fill a mean of their own with what they are themselves.
        """
        if cameras is not None:
            return cameras
        total = self._taught_total + _PRIOR_TAUGHT * prior
        return np.asarray(total / (self._taught_count + _PRIOR_TAUGHT), np.float32)

    def _sharpening(self) -> list[TaughtVectors]:
        """The items that have two taught pictures or more, in the order of their ids."""
        return [each for _, each in sorted(self._taught.items()) if len(each.taught) > 1]

    def _scale(self, space: Space) -> TaughtScale:
        """The scale by the items' taught pictures against other items' taught and catalogue pictures."""
        kept = _spread([each for _, each in sorted(self._taught.items())])
        if not kept:
            return _scale_of([], [])
        views = [space.taught(_floats(each.taught)) for each in kept]
        owners = np.repeat(np.arange(len(kept)), [len(own) for own in views])
        middles = np.concatenate([directions(own.mean(axis=0, keepdims=True), own[:1]) for own in views])
        together = np.concatenate(views)
        others = owners[:, None] != np.arange(len(kept))
        taught_cosines = (together @ middles.T)[others]
        catalogue_cosines = [
            (together[owners != n] @ space.catalogue(_floats(each.catalogue)).T).max(axis=1)
            for n, each in enumerate(kept)
            if len(each.catalogue)
        ]
        return _scale_of([taught_cosines], catalogue_cosines)


def _scale_of(taught_cosines: Sequence[Vectors], catalogue_cosines: Sequence[Vectors]) -> TaughtScale:
    """The scale that gives the former the mean and the spread of the latter."""
    taught_mean, taught_spread = _moments(taught_cosines, _TAUGHT_COSINES)
    # Sharpening makes all cosines smaller; a catalogue of taught things alone can't tell by how much.
    usual_mean, usual_spread = _CATALOGUE_COSINES
    usual = usual_mean, usual_spread * taught_spread / _TAUGHT_COSINES[1]
    catalogue_mean, catalogue_spread = _moments(catalogue_cosines, usual)
    gain = catalogue_spread / taught_spread
    return TaughtScale(gain, catalogue_mean - gain * taught_mean)


def _spread(items: Sequence[TaughtVectors]) -> list[TaughtVectors]:
    """The items, or those at even distances if there are many, with their first pictures."""
    places = np.unique(np.linspace(0, len(items) - 1, min(len(items), _MOST_ITEMS)).round().astype(int))
    chosen = [items[place] for place in places.tolist()]
    return [replace(each, taught=each.taught[:_MOST_PICTURES]) for each in chosen]


def _floats(vectors: NDArray[np.float16]) -> Vectors:
    return vectors.astype(np.float32)


def _distance(now: Vectors, then: Vectors | None) -> float:
    return float(np.linalg.norm(now - (0 if then is None else then)))


def _metric(views: Sequence[Vectors]) -> Vectors:
    """The matrix that makes the scatter within items alike in all directions: its inverse square root."""
    within = np.concatenate([own - own.mean(axis=0) for own in views]).astype(np.float64)
    scatter = within.T @ within / len(within)
    spread = np.trace(scatter) / len(scatter)
    if not spread > 0:
        return np.eye(len(scatter), dtype=np.float32)
    strengths, axes = np.linalg.eigh(scatter / spread + _REGULARISATION * np.eye(len(scatter)))
    return np.asarray((axes * strengths**-0.5) @ axes.T, np.float32)


def _moments(cosines: Sequence[Vectors], prior: tuple[float, float]) -> tuple[float, float]:
    """Mean and spread of cosines, with the prior's as if it were as many of them."""
    found = np.concatenate([*cosines, np.empty(0, np.float32)]).astype(np.float64)
    count = len(found) + _PRIOR_COSINES
    mean = (found.sum() + _PRIOR_COSINES * prior[0]) / count
    square = ((found**2).sum() + _PRIOR_COSINES * (prior[0] ** 2 + prior[1] ** 2)) / count
    return float(mean), float(np.sqrt(square - mean**2))
