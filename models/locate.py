"""Turns the setting LOOKALIKE_MODEL into a model file, building a named variant when it is missing."""

import os
from pathlib import Path

from models.errors import ModelError
from models.files import FOLDER, fingerprint
from models.variants import RECIPE, VARIANTS, Variant


def resolve(setting: str, *, build: bool, folder: Path = FOLDER) -> Path:
    """Return the file of `lite0`, `lite1`, `lite2` or of a path to an .onnx file.

    A named variant that is missing or of an older recipe is built if `build`; ModelError otherwise, for an
    unknown name and for a path that is no file. Two processes may do this at once: each writes the same
    bytes and renames them into place. Built files belong into `folder`, or if it is read-only into the
    user's cache.
    """
    if setting in VARIANTS:
        return _variant_file(VARIANTS[setting], build=build, folder=folder)
    if not setting.endswith(".onnx"):
        choices = ", ".join(VARIANTS)
        raise ModelError(f"unknown model {setting!r}; expected {choices} or a path to an .onnx file")
    path = Path(setting).expanduser()
    if not path.is_file():
        raise ModelError(f"model file {path} does not exist; expected an .onnx file")
    return path


def _variant_file(variant: Variant, *, build: bool, folder: Path) -> Path:
    for place in (folder, _cache_folder()):
        path = place / f"{variant.name}.onnx"
        if path.is_file() and _is_current(path, variant):
            return path
    if not build:
        raise ModelError(f"model {variant.name} is not built or outdated; run `make models`")
    from models.build import build as build_file  # only here: a device that has its file needs no onnx

    place = folder if os.access(folder, os.W_OK) else _cache_folder()
    path = place / f"{variant.name}.onnx"
    build_file(variant, path)
    return path


def _cache_folder() -> Path:
    """The place of built files when the code itself lies in a read-only folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "lookalike"


def _is_current(path: Path, variant: Variant) -> bool:
    """Compare with the recorded fingerprint, else (another onnx version wrote it) with its recipe."""
    try:
        return fingerprint(path.read_bytes()) == variant.fingerprint or _recipe(path) == RECIPE
    except OSError:
        return False


def _recipe(path: Path) -> str | None:
    """Return the recipe that a file names, None if it is no readable ONNX file or onnx is not installed."""
    try:
        import onnx

        model = onnx.load(path, load_external_data=False)
    except Exception:  # protobuf's decoding error is not part of its public interface
        return None
    return next((entry.value for entry in model.metadata_props if entry.key == "recipe"), None)
