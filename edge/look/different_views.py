"""The choice of different views among vectors of one thing."""

import numpy as np
from numpy.typing import NDArray

# Cosine from which two frames show the same view.
SAME_VIEW = 0.97


def different_views(vectors: NDArray[np.float32], *, most: int) -> list[int]:
    """Numbers of vectors float32 [n, dim] of unit length: the first, then the farthest from all chosen ones.

    There are at most `most`, and fewer if all others are like one that is chosen.
    """
    numbers = [0]
    nearest = vectors @ vectors[0]
    while len(numbers) < min(most, len(vectors)):
        farthest = int(nearest.argmin())
        if nearest[farthest] >= SAME_VIEW:
            break
        numbers.append(farthest)
        nearest = np.maximum(nearest, vectors @ vectors[farthest])
    return numbers
