"""The port of the loop's model, and the loading of the model that LOOKALIKE_MODEL names."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge.picture.frame_types import Frame
from models.errors import ModelError, OtherFormError
from models.featurizer import OnnxFeaturizer
from models.locate import resolve


class FrameFeaturizer(Protocol):
    """Turns pictures into vectors."""

    @property
    def fingerprint(self) -> str:
        """The first 12 hex digits of the model file's sha-256."""

    @property
    def finds(self) -> bool:
        """Whether it looks for the thing in the picture by itself."""

    def look(
        self, pictures: Sequence[Frame], boxes: NDArray[np.float32] | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return unit-length vectors float32 [n, dim], and the things' boxes float32 [n, 4].

        A box is left, top, width and height in shares of its picture; one that is given is not searched for.
        ModelError if the model fails.
        """


class LoadedFeaturizer(FrameFeaturizer, Protocol):
    """One that was loaded from a file just now."""

    @property
    def providers(self) -> list[str]:
        """ONNX Runtime's execution providers that are really in use, first choice first."""


def load_featurizer(setting: str, *, threads: int, providers: Sequence[str]) -> OnnxFeaturizer:
    """Find the model, build it if it is a named one that is missing, and load it; ModelError otherwise.

    `providers` is a preference order of ONNX Runtime's execution providers.
    """
    path = resolve(setting, build=True)
    try:
        return OnnxFeaturizer(path, threads=threads, providers=providers)
    except OtherFormError:
        raise ModelError(
            f"{path} is no featurizer; expected the input `picture` and the output `vector`"
        ) from None
