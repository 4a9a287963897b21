"""Where a level's vectors of camera pictures lie, measured once over photographs and shipped with it."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.files import FOLDER
from models.variants import LEVELS

_LEAST = 1e-12


@dataclass(frozen=True)
class Space:
    """`camera_mean` float32 [dim] of many cameras' vectors, and some of these, float32 [500, dim].

    The vectors are of unit length, and the mean is not taken off them.
    """

    camera_mean: NDArray[np.float32]
    camera_vectors: NDArray[np.float32]


@lru_cache
def space_of(fingerprint: str) -> Space | None:
    """The space of the level with this fingerprint, None for any other model; ModelError if it is damaged."""
    for name, variant in LEVELS.items():
        if variant.fingerprint == fingerprint:
            return read_space(space_file(name))
    return None


def space_file(level: str) -> Path:
    """The file of a level's space."""
    return FOLDER / "trained" / f"space-{level}.npz"


def write_space(path: Path, space: Space) -> None:
    """Write a space, its vectors as int8, which moves each by about 0.01."""
    largest = np.abs(space.camera_vectors).max(axis=1, keepdims=True)
    rounded = np.round(space.camera_vectors * (127 / np.maximum(largest, _LEAST))).astype(np.int8)
    np.savez_compressed(path, camera_mean=space.camera_mean.astype(np.float32), camera_vectors=rounded)


def read_space(path: Path) -> Space:
    """Read what `write_space` wrote; ModelError if it is missing or damaged."""
    try:
        with np.load(path, allow_pickle=False) as file:
            mean, rounded = file["camera_mean"], file["camera_vectors"].astype(np.float32)
    except Exception as error:  # a broken archive can raise nearly anything
        raise ModelError(
            f"{path} cannot be read ({type(error).__name__}); expected a level's space"
        ) from error
    lengths = np.maximum(np.linalg.norm(rounded, axis=1, keepdims=True), _LEAST)
    return Space(mean, rounded / lengths)
