"""Stands in for the DeepLens module of this name: the camera's frames and the inference."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge import host
from edge.domain import Frame
from models.featurizer import OnnxFeaturizer

_LAYER = "vector"


def getLastFrame() -> tuple[bool, Frame | None]:  # noqa: N802 (the device's name)
    """Return (True, BGR uint8 [height, width, 3]), or (False, None) when no new frame came in 0.25 s.

    Other than the device it never gives the same frame twice, so that a loop over it embeds none twice.
    """
    connected = host.current()
    frame = connected.camera.take(connected.frame_wait_s)
    return frame is not None, frame


class Model:
    """A loaded model; `provider` (not on a device) is the execution provider really in use."""

    def __init__(self, model_path: str, params: Mapping[str, int], runtime: int = 0) -> None:
        """Load an ONNX file; {"GPU": 1} asks for the host's providers. `runtime` is taken and not used.

        Raises models.errors.ModelError, one line, for a file that is missing or does not fit.
        """
        del runtime
        connected = host.current()
        providers = connected.providers if params.get("GPU") else None
        self._featurizer = OnnxFeaturizer(Path(model_path), threads=connected.threads, providers=providers)
        self.provider = self._featurizer.providers[0]

    def doInference(self, frame: Frame) -> dict[str, NDArray[np.float32]]:  # noqa: N802 (the device's name)
        """Return {layer: float32 [dim]} of a BGR picture of any size."""
        return {_LAYER: self._featurizer.embed([frame])[0]}
