"""The parts of the second look that need OpenCV: FAISS, NumPy and OpenCV are too large for an AWS Lambda."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Sequence

from services.core.ports import Picture, PointDescriber, PointMatcher

log = logging.getLogger(__name__)


def open_matcher() -> PointMatcher | None:
    """The comparison of local features, None without OpenCV: then no answer gets a second look."""
    if not _has_opencv():
        log.info("OpenCV is not installed: answers get no second look")
        return None
    from services.adapters.opencv_points import OpenCvMatcher

    return OpenCvMatcher()


def open_describer() -> PointDescriber:
    """The maker of local features; without OpenCV it finds none in any picture."""
    if not _has_opencv():
        log.info("OpenCV is not installed: new pictures get no local features")
        return _NoDescriber()
    from models.orb_points import OrbDescriber

    return OrbDescriber()


class _NoDescriber:
    """A describer of a host without OpenCV."""

    def describe(self, _picture: Picture, /, box: Sequence[float] | None = None) -> bytes:  # noqa: ARG002
        """Nothing, as of a picture without local features."""
        return b""

    def describe_thing(self, _picture: Picture, /, box: Sequence[float]) -> bytes:  # noqa: ARG002
        """Nothing either."""
        return b""


def _has_opencv() -> bool:
    return importlib.util.find_spec("cv2") is not None
