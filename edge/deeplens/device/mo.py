"""Stands in for the DeepLens module of this name, the model optimizer: it only finds the model's file."""

import logging
from collections.abc import Mapping

from edge.deeplens import device_host
from models.errors import ModelError

_log = logging.getLogger(__name__)
_PLATFORMS = frozenset({"mx", "mxnet", "tf", "tensorflow", "caffe", "onnx"})
_UNSUPPORTED_PLATFORM, _NO_MODEL = 1, 2


def optimize(
    model_name: str,
    input_width: int,
    input_height: int,
    platform: str = "mx",
    aux_inputs: Mapping[str, object] | None = None,
) -> tuple[int, str]:
    """Return (0, path of the model's file), or a non-zero status and an empty path; the log says why.

    The ONNX file needs no conversion, so sizes and `aux_inputs` change nothing.
    """
    del input_width, input_height, aux_inputs
    if platform.lower() not in _PLATFORMS:
        _log.error("platform %r is unknown; expected mx, tf, caffe or onnx", platform)
        return _UNSUPPORTED_PLATFORM, ""
    try:
        return 0, str(device_host.current().find_model(model_name))
    except ModelError as error:
        _log.error("LOOKALIKE_MODEL: %s", error)
        return _NO_MODEL, ""
