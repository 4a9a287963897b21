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


class Result(dict[str, NDArray[np.float32]]):
    """What the device gives, {layer: float32 [dim]}; `box` (not on a device) says where the model looked.

    Left, top, width and height as shares of the picture. No layer of its own, as programs for the device take
    the only value there is.
    """

    box: tuple[float, float, float, float]


class Model:
    """A loaded model.

    `provider` and `finds` are not on a device: the execution provider really in use, and whether the model
    looks for the thing in the picture by itself.
    """

    def __init__(self, model_path: str, params: Mapping[str, int], runtime: int = 0) -> None:
        """Load an ONNX file; {"GPU": 1} asks for the host's providers. `runtime` is taken and not used.

        Raises models.errors.ModelError, one line, for a file that is missing or does not fit.
        """
        del runtime
        connected = host.current()
        providers = connected.providers if params.get("GPU") else None
        self._featurizer = OnnxFeaturizer(Path(model_path), threads=connected.threads, providers=providers)
        self.provider = self._featurizer.providers[0]
        self.finds = self._featurizer.finds

    def doInference(self, frame: Frame) -> Result:  # noqa: N802 (the device's name)
        """Return {layer: float32 [dim]} of a BGR picture of any size."""
        vectors, boxes = self._featurizer.look([frame])
        result = Result({_LAYER: vectors[0]})
        left, top, width, height = (float(share) for share in boxes[0])
        result.box = (left, top, width, height)
        return result
