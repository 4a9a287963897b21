"""A space to test with: catalogue pictures in one place, camera pictures in another."""

from dataclasses import replace

import numpy as np

from common.wire import Vectors, unit
from services.core.domain import Item
from services.core.search.space import ModelSpace
from tests.fakes import make_item

DIM = 48
_CATALOGUE, _CAMERA = (np.random.default_rng(seed).normal(size=DIM) * 1.1 for seed in (1, 2))


def _noise(count: int, seed: int) -> Vectors:
    return np.asarray(np.random.default_rng(seed).normal(size=(count, DIM)), np.float32)


def thing(number: int) -> Vectors:
    """What one thing has of its own in all pictures, float32 [1, dim]."""
    return _noise(1, 1000 + number)


def catalogue_views(number: int, count: int = 3) -> Vectors:
    """A thing's catalogue views."""
    return unit(np.asarray(_CATALOGUE + thing(number) + 0.3 * _noise(count, 2000 + number), np.float32))


def camera_views(number: int, count: int = 1, *, seed: int = 0) -> Vectors:
    """A thing as a camera sees it."""
    noise = 1.2 * _noise(count, 3000 + 1000 * seed + number)
    return unit(np.asarray(_CAMERA + thing(number) + noise, np.float32))


def shipped() -> ModelSpace:
    """What is shipped with the model."""
    frames = np.concatenate([camera_views(number, seed=5) for number in range(500, 900)])
    return ModelSpace(frames.mean(axis=0), frames)


def item(number: int, *, taught: int = 0, catalogue: bool = True) -> Item:
    """An item of one catalogue picture and some taught ones."""
    keys = [f"{number}-{n}.jpg" for n in range(catalogue + taught)]
    rows = [catalogue_views(number)] * catalogue + [camera_views(number, taught, seed=1)] * bool(taught)
    made = make_item(f"thing-{number:03}", np.concatenate(rows), more_pictures=tuple(keys[1:]))
    return replace(made, picture=keys[0], recipe=2, taught=tuple(keys[int(catalogue) :]))
