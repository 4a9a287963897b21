"""Any ONNX network that takes a picture, run as on the device: unchanged pixels in, flat layers out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.files import read_model
from models.session import first_line, open_session

_DTYPES = {"tensor(float)": np.float32, "tensor(uint8)": np.uint8}
_CHANNELS = (3, 1)
_EXPECTED = "one picture: float32 or uint8, [1, 3, height, width] or [1, height, width, 3]"


class AnyOnnxNetwork:
    """A user's own network; it gets BGR values of 0 to 255, so it has to normalise by itself."""

    def __init__(self, path: Path, *, threads: int = 1, providers: Sequence[str] | None = None) -> None:
        """Load an ONNX file that takes one picture, of a fixed or free size; ModelError otherwise."""
        self._session = open_session(path, read_model(path), threads=threads, providers=providers)
        inputs = self._session.get_inputs()
        shown = ", ".join(f"{value.name} {value.type} {value.shape}" for value in inputs)
        if len(inputs) != 1 or inputs[0].type not in _DTYPES or not _is_picture(inputs[0].shape):
            raise ModelError(f"{path} takes {shown}; expected {_EXPECTED}")
        self._path, self._input, self._dtype = path, inputs[0].name, _DTYPES[inputs[0].type]
        _, *sides = inputs[0].shape
        self._channels_first = sides[0] in _CHANNELS
        self._channels, height, width = sides if self._channels_first else [sides[2], *sides[:2]]
        self._height_px, self._width_px = _fixed(height), _fixed(width)
        self._outputs = [value.name for value in self._session.get_outputs()]

    @property
    def provider(self) -> str:
        """The execution provider in use."""
        return str(self._session.get_providers()[0])

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of its input, 0 where they are free."""
        return self._width_px or 0, self._height_px or 0

    def fit(self, frame: NDArray[Any]) -> NDArray[Any]:
        """Return `frame` (BGR [height, width, 3]), resized only where the network's input has a fixed size.

        ValueError for a frame of another shape.
        """
        channels = 1 if np.ndim(frame) == 2 else np.shape(frame)[-1] if np.ndim(frame) == 3 else 0
        if channels != self._channels or 0 in np.shape(frame):
            wanted = f"(height, width, {self._channels})"
            raise ValueError(f"frame has shape {np.shape(frame)}; {self._path.name} takes {wanted}")
        height_px, width_px = frame.shape[:2]
        size_px = (self._width_px or width_px, self._height_px or height_px)
        return frame if size_px == (width_px, height_px) else cv2.resize(frame, size_px)

    def infer(self, picture: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        """Return {name of the output: float32 [n]} of a picture of `fit`; ModelError if the network fails."""
        picture = picture.reshape(*picture.shape[:2], self._channels)
        if self._channels_first:
            picture = picture.transpose(2, 0, 1)
        batch = np.ascontiguousarray(picture[np.newaxis], self._dtype)
        try:
            outputs = self._session.run(self._outputs, {self._input: batch})
        except Exception as error:  # onnxruntime's exceptions have no common base class
            raise ModelError(f"{self._path} failed on a picture: {first_line(error)}") from error
        return {
            name: np.asarray(output, np.float32).ravel()
            for name, output in zip(self._outputs, outputs, strict=True)
        }


def _is_picture(shape: Sequence[object]) -> bool:
    return (
        len(shape) == 4 and _fixed(shape[0]) in (None, 1) and (shape[1] in _CHANNELS or shape[3] in _CHANNELS)
    )


def _fixed(side: object) -> int | None:
    """A side's length, None where it is free."""
    return side if isinstance(side, int) and side > 0 else None
