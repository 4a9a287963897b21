"""Sketches: short forms of vectors, by which near ones are recognised where the vectors are elsewhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.core.random_signs import random_signs

Sketches = NDArray[np.int8]
# Numbers of a sketch. Cosines of 0.97 are known to 0.005, those of 0.8 to 0.03.
SKETCH_DIM = 128


def sketched(vectors: Vectors) -> Sketches:
    """The sketches of float32 [n, dim], int8 [n, SKETCH_DIM]; the same for the same vector, anywhere."""
    small = vectors @ random_signs("lookalike sketches", vectors.shape[1], SKETCH_DIM)
    largest = np.abs(small).max(axis=1, keepdims=True, initial=1e-9)
    return np.asarray(np.round(small * (127 / largest)), np.int8)


def directions_of(sketches: Sketches) -> Vectors:
    """Sketches as float32 of unit length: their cosines are nearly those of the vectors."""
    floats = sketches.astype(np.float32)
    lengths = np.linalg.norm(floats, axis=1, keepdims=True)
    return np.asarray(floats / np.maximum(lengths, 1e-9), np.float32)
