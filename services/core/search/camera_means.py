"""The means of the cameras that this process answers: where the pictures that people teach come from."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from common.wire import Vectors
from services.core.camera_mean import CameraMean
from services.core.ports import Memory

# Number of cameras that are remembered, and of scenes from which on a camera's mean says something.
_MOST_CAMERAS, _LEAST_SCENES = 256, 5


class CameraMeans:
    """The newest mean of each camera; one thread notes them, any may ask.

    A copy of what the match queue keeps: a process that has just begun knows none.
    """

    def __init__(self) -> None:
        self._means: dict[str, CameraMean] = {}

    def note(self, memories: Mapping[str, Memory]) -> None:
        """Take the means of memories, by camera."""
        means = dict(self._means)
        for thing, memory in memories.items():
            means.pop(thing, None)
            if memory.mean is not None and memory.mean.count >= _LEAST_SCENES:
                means[thing] = memory.mean
        self._means = dict(list(means.items())[-_MOST_CAMERAS:])

    def count(self, model: str) -> int:
        """The number of cameras with a mean of a model."""
        return sum(each.model == model for each in self._means.values())

    def middle(self, model: str, shipped: Vectors | None) -> Vectors | None:
        """The mean of the cameras' means of a model, float32 [dim]; None if there is none."""
        own = [each.mean(shipped) for each in self._means.values() if each.model == model]
        known = [each for each in own if each is not None]
        return np.asarray(np.mean(known, axis=0), np.float32) if known else None
