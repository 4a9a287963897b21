"""The check that vectors can be compared: finite and of length 1."""

from __future__ import annotations

import numpy as np

from common.wire import Vectors

# Rounding to float16 changes a length of 1 by less.
_UNIT_TOLERANCE = 0.01


def vectors_of(content: bytes, dim: int) -> Vectors:
    """float32 [n, dim] of float16, little endian; raises ValueError for a part of a vector."""
    with np.errstate(invalid="ignore"):  # a signalling NaN is found with the other NaNs
        return np.frombuffer(content, "<f2").astype(np.float32).reshape(-1, dim)


def are_units(vectors: Vectors) -> bool:
    """Whether each of float32 [n, dim] has length 1; NaN and infinity have not."""
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1)
    return bool(np.all(np.abs(lengths - 1) <= _UNIT_TOLERANCE))
