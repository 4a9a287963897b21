"""Reading of what Redis remembers of cameras, once for each text: most votes come again with each frame."""

from __future__ import annotations

from functools import lru_cache

from services.core.camera_mean import CameraMean
from services.core.evidence import Vote

# For a hundred cameras; a vote takes about 4 KB in memory, a mean 20 KB.
_VOTES, _MEANS = 2048, 256


@lru_cache(_VOTES)
def read_vote(text: str) -> Vote:
    """The vote of this JSON."""
    return Vote.from_json(text)


@lru_cache(_MEANS)
def read_mean(text: str) -> CameraMean | None:
    """The mean of this JSON, None for anything else."""
    return CameraMean.from_json(text)
