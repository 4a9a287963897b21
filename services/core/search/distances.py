"""What the distances of another engine mean."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from services.core.errors import InputError

# Mean error of Euclidean distances up to which a meaning is taken for the right one. Compressed rows
# (IVFPQ) are off by less; the meanings differ by more.
_MOST_ERROR = 0.15


class Distances(StrEnum):
    """The meaning of an endpoint's distances between unit vectors; `cosine` and `inner_product` are a·b."""

    L2 = "l2"
    SQUARED_L2 = "squared_l2"
    COSINE = "cosine"
    COSINE_DISTANCE = "cosine_distance"
    INNER_PRODUCT = "inner_product"


def euclidean(distances: NDArray[np.float64], meaning: Distances) -> NDArray[np.float64]:
    """Euclidean distances of unit vectors, 0 to 2, nearer ones less whatever they were."""
    if meaning is Distances.L2:
        return distances
    if meaning is Distances.SQUARED_L2:
        squares = distances
    elif meaning is Distances.COSINE_DISTANCE:
        squares = 2 * distances
    else:
        squares = 2 - 2 * distances
    return np.asarray(np.sqrt(np.maximum(squares, 0)))


def meaning_of(distances: NDArray[np.float64], cosines: NDArray[np.float64]) -> Distances:
    """The meaning of distances, by the cosines of the same pairs; raises InputError if none fits."""
    true = np.sqrt(np.maximum(2 - 2 * cosines, 0))
    errors = {meaning: float(np.abs(euclidean(distances, meaning) - true).mean()) for meaning in Distances}
    best = min(errors, key=errors.__getitem__)
    if not errors[best] <= _MOST_ERROR:
        shown = ", ".join(f"{each:.3g}" for each in distances[:3])
        expected = np.round(true[:3], 3).tolist()
        raise InputError(f"distances {shown}, …, which mean nothing known; expected as of L2 {expected}, …")
    return best
