"""The second look's local features, with OpenCV: the only adapter of the services that imports it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from common.local_points import LocalPoints
from models.orb_points import FEWEST

# A point's nearest descriptor must be nearer than this share of the second nearest.
_RATIO = 0.8
# Pairs that a map takes at least.
_FEWEST_PAIRS = 6
# Distance in pixels up to which a pair fits the map, and attempts to find one.
_FITS_PX, _ATTEMPTS, _CONFIDENCE = 5.0, 500, 0.99
# Inliers within this many pixels count as one.
_PLACE_PX = 3
# Larger stretches, and scales outside these, are no view of a flat thing.
_STRETCH, _SMALLEST, _LARGEST = 6.0, 0.1, 8.0
_SEED = 1


class OpenCvMatcher:
    """Counts the points of two pictures that one plane's perspective takes into each other."""

    def __init__(self) -> None:
        # A process-wide setting: second looks run side by side already, one on each core.
        cv2.setNumThreads(1)

    def inliers(self, seen: LocalPoints, known: LocalPoints) -> int:
        """Distinct places of `known` that lie where a homography puts them in `seen`; the same each time."""
        if len(seen) < FEWEST or len(known) < FEWEST:
            return 0
        seen_rows, known_rows = _pairs(seen, known)
        if len(seen_rows) < _FEWEST_PAIRS:
            return 0
        source, target = known.places[known_rows], seen.places[seen_rows]
        cv2.setRNGSeed(_SEED)  # of this thread
        found, mask = cv2.findHomography(
            source, target, cv2.USAC_MAGSAC, _FITS_PX, maxIters=_ATTEMPTS, confidence=_CONFIDENCE
        )
        fits = None if mask is None else np.asarray(mask)[:, 0] > 0
        if found is None or fits is None or not fits.any():
            return 0
        if not _is_plausible(np.asarray(found, np.float64), source[fits].mean(axis=0)):
            return 0
        return min(_places(source[fits]), _places(target[fits]))


def _pairs(seen: LocalPoints, known: LocalPoints) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """Rows of points in `seen` with one clearly nearest descriptor in `known`, and the rows of these."""
    distances, rows = cv2.batchDistance(
        seen.descriptors, known.descriptors, dtype=cv2.CV_32S, normType=cv2.NORM_HAMMING, K=2
    )
    clear = np.nonzero(distances[:, 0] < _RATIO * distances[:, 1])[0]
    return clear, np.asarray(rows[clear, 0], np.int32)


def _is_plausible(map_: NDArray[np.float64], at: NDArray[np.float32]) -> bool:
    """Whether a homography neither mirrors, folds nor stretches what lies around a point."""
    x, y, w = map_ @ np.array([at[0], at[1], 1.0])
    if abs(w) < 1e-9:
        return False
    slopes = (map_[:2, :2] - np.outer([x / w, y / w], map_[2, :2])) / w
    area = float(np.linalg.det(slopes))
    long, short = np.linalg.svd(slopes, compute_uv=False)
    return area > 0 and long < _STRETCH * short and _SMALLEST < np.sqrt(area) < _LARGEST


def _places(points: NDArray[np.float32]) -> int:
    return len(np.unique(np.rint(points / _PLACE_PX), axis=0))
