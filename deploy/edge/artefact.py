"""The artefact of the component: code, model, and wheels if they are wished; same sources, same bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from deploy.aws.errors import DeployError
from deploy.checkout_files import CHECKOUT, copy_file, files_below, matches
from deploy.edge.wheels import download
from deploy.zip_file import Sizes, write_zip
from models.errors import ModelError
from models.locate import may_be_added, resolve
from models.variants import VARIANTS

# The nucleus unpacks it into a folder of this name.
NAME = "lookalike-edge.zip"
_CODE = ("common", "edge", "models")
_SUFFIXES = {".py", ".sh", ".service", ".lock"}
_SCRIPTS = ("edge/greengrass/install", "edge/greengrass/run")
_LEFT_OUT = ("models/golden/*", "models/training/*", "models/requirements.lock", "edge/requirements.lock")
# What the edge shows where no camera is set.
_CLIP = "samples/clip.mp4"


def build(into: Path, *, model: str, wheels: Sequence[str] = ()) -> tuple[Path, Sizes]:
    """Build the artefact in a folder and return its path and sizes; raises DeployError.

    `model` is as LOOKALIKE_MODEL; `wheels` are what packages are put in for, as aarch64-py311.
    """
    file = model_file(model)
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into, prefix=".artefact.") as folder:
        staged = Path(folder)
        for path in own_files():
            copy_file(CHECKOUT / path, staged / path)
        copy_file(file, staged / "models" / file.name)
        for each in wheels:
            download(each, staged / "wheelhouse")
        return into / NAME, write_zip(staged, into / NAME)


def model_file(model: str) -> Path:
    """The file of a model, whose name is what the device's setting will be."""
    try:
        file = resolve(model, build=True)
    except ModelError as error:
        raise DeployError(f"MODEL: {error}") from None
    if file.stem not in VARIANTS and not may_be_added(file.stem):
        raise DeployError(f"MODEL: {file.name}; expected a file's name of a-z 0-9 . _ - before .onnx")
    return file


def own_files() -> Iterator[Path]:
    """The checkout's files, as paths from it."""
    for folder in _CODE:
        for path in files_below(folder):
            name = path.as_posix()
            if (path.suffix in _SUFFIXES or name in _SCRIPTS) and not matches(name, _LEFT_OUT):
                yield path
    yield Path(_CLIP)
