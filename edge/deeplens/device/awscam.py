"""Stands in for the DeepLens module of this name: the camera's frames and the inference."""

import logging
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.deeplens import device_host
from edge.deeplens.any_onnx_network import AnyOnnxNetwork
from edge.deeplens.device_results import DeviceDict, Parsed, parse
from edge.picture.frame_types import Frame
from models.errors import OtherFormError
from models.featurizer import OnnxFeaturizer

_log = logging.getLogger(__name__)
_LAYER = "vector"
_NEO = 1


def getLastFrame() -> tuple[bool, Frame | None]:  # noqa: N802 (the device's name)
    """Return (True, BGR uint8 [height, width, 3]), or (False, None) when no new frame came in time.

    Unlike the device it never gives the same frame twice, so that a loop over it embeds none twice.
    """
    connected = device_host.current()
    shot = connected.camera.take(connected.frame_wait_s)
    return (False, None) if shot is None else (True, shot.frame)


Layers = DeviceDict[Hashable, NDArray[np.float32]]
"""The result of an inference on the device: {layer: float32 [n]}."""


class Model:
    """A loaded model: a featurizer of ours, or any ONNX network that takes a picture.

    `provider`, which the device does not have, is the execution provider in use.
    """

    def __init__(self, model_path: str, params: Mapping[str, int], runtime: int = 0) -> None:
        """Load an ONNX file; {"GPU": 1} asks for the host's providers.

        With `runtime` 1, the device's Neo, layers are numbered and parseResult changes nothing.
        Raises models.errors.ModelError, one line, for a file that is missing or does not fit.
        """
        connected = device_host.current()
        path = Path(model_path) if Path(model_path).is_file() else connected.find_model(model_path)
        providers = connected.providers if params.get("GPU") else None
        self._neo = runtime == _NEO
        self._size_px = (0, 0)
        self._warned = False
        self._model: OnnxFeaturizer | AnyOnnxNetwork
        try:
            self._model = OnnxFeaturizer(path, threads=connected.threads, providers=providers)
            self.provider = self._model.providers[0]
        except OtherFormError:
            self._model = AnyOnnxNetwork(path, threads=connected.threads, providers=providers)
            self.provider = self._model.provider
            self._size_px = self._model.size_px
        connected.on_model(path, self.provider)

    def doInference(self, frame: NDArray[Any]) -> Layers:  # noqa: N802 (the device's name)
        """Return {layer: float32 [n]} of a BGR picture of any size; ValueError for anything else."""
        if isinstance(self._model, OnnxFeaturizer):
            # Only one layer, as programs for the device take the only value of the dict.
            result = Layers({_LAYER: self._model.look([frame])[0][0]})
        else:
            frame = self._model.fit(frame)
            result = Layers(self._model.infer(frame))
        self._size_px = frame.shape[1], frame.shape[0]
        return Layers(enumerate(result.values())) if self._neo else result

    def parseResult(self, kind: str, raw: Mapping[Any, Any]) -> Parsed | Mapping[Any, Any]:  # noqa: N802
        """Return {kind: findings} of the last doInference's result, kind 'classification' or 'ssd'.

        The form of a finding: edge/deeplens/device_results.py. ValueError for another kind or form of result.
        """
        if isinstance(self._model, OnnxFeaturizer) and not self._warned:
            self._warned = True
            _log.warning("the model gives feature vectors; what parseResult makes of them means nothing")
        return raw if self._neo else parse(kind, raw, size_px=self._size_px)
