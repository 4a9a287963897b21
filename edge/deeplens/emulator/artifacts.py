"""The models that an emulated program names."""

import logging
from pathlib import Path, PurePosixPath

from models.errors import ModelError
from models.locate import resolve

_log = logging.getLogger(__name__)
_ON_DEVICE = PurePosixPath("/opt/awscam/artifacts")


class Artifacts:
    """A DeepLens's models, in /opt/awscam/artifacts; here they are in the program's folder."""

    def __init__(self, folder: Path, *, fallback: str) -> None:
        """`fallback` is a value of LOOKALIKE_MODEL."""
        self._folder, self._fallback = folder, fallback
        self._told: set[str] = set()

    def find(self, name: str) -> Path:
        """Return NAME.onnx beside the program, else a model of ours of that name, else the fallback.

        `name` may also be a path on a device. ModelError for a missing .onnx file.
        """
        path = PurePosixPath(name)
        on_device = path.suffix == ".xml" or _ON_DEVICE in path.parents
        stem = path.stem if on_device else name
        own = self._folder / f"{stem}.onnx"
        if stem and own.is_file():
            self._tell(name, f"is {own.name}, beside the program")
            return own
        if not on_device:
            try:
                return resolve(name, build=True)
            except ModelError:
                if path.suffix == ".onnx":
                    raise
        self._tell(
            name,
            f"is not known here, and there is no {stem}.onnx beside the program: "
            f"LOOKALIKE_MODEL, {self._fallback}, takes its place and gives feature vectors",
        )
        return resolve(self._fallback, build=True)

    def _tell(self, name: str, text: str) -> None:
        if name not in self._told:
            self._told.add(name)
            _log.info("model %r %s", name, text)
