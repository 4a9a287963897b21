"""Turns the setting LOOKALIKE_MODEL into a model file, building a named variant when it is missing."""

import os
import re
from pathlib import Path

from models.errors import ModelError
from models.files import FOLDER, fingerprint
from models.variants import VARIANTS, Variant

# No leading dot: temporary files of a writer begin with one.
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


def resolve(setting: str, *, build: bool, folder: Path = FOLDER) -> Path:
    """Return the file of `lite0`, `lite1`, `lite2`, of an added name or of a path to an .onnx file.

    A named variant that is missing or of an older recipe is built if `build`; ModelError otherwise, for an
    unknown name and for a path that is no file. Two processes may do this at once: each writes the same
    bytes and renames them into place. Built and added files belong into `folder`, or if it is read-only into
    the user's cache.
    """
    if setting in VARIANTS:
        return _variant_file(VARIANTS[setting], build=build, folder=folder)
    if not setting.endswith(".onnx"):
        files = added(folder)
        if setting in files:
            return files[setting]
        choices = ", ".join([*VARIANTS, *files])
        raise ModelError(f"unknown model {setting!r}; expected {choices} or a path to an .onnx file")
    path = Path(setting).expanduser()
    if not path.is_file():
        raise ModelError(f"model file {path} does not exist; expected an .onnx file")
    return path


def may_be_added(name: str) -> bool:
    """Whether a model may have this name: it is no variant's, and the setting would not read it as a path."""
    return bool(_NAME.fullmatch(name)) and name not in VARIANTS and not name.endswith(".onnx")


def added(folder: Path = FOLDER) -> dict[str, Path]:
    """Return the files of all names that users added, in order of the names."""
    found: dict[str, Path] = {}
    for place in (folder, _cache_folder()):
        for path in place.glob("*.onnx"):
            if may_be_added(path.stem) and path.is_file():
                found.setdefault(path.stem, path)
    return dict(sorted(found.items()))


def place_for(name: str, folder: Path = FOLDER) -> Path:
    """Return the file that an added model of this name has or, when there is none yet, gets."""
    return added(folder).get(name) or _writable_place(folder) / f"{name}.onnx"


def _variant_file(variant: Variant, *, build: bool, folder: Path) -> Path:
    for place in (folder, _cache_folder()):
        path = place / f"{variant.name}.onnx"
        if path.is_file() and _is_current(path, variant):
            return path
    if not build:
        raise ModelError(f"model {variant.name} is not built or outdated; run `make models`")
    from models.build import build as build_file  # only here: a device that has its file needs no onnx

    path = _writable_place(folder) / f"{variant.name}.onnx"
    build_file(variant, path)
    return path


def _writable_place(folder: Path) -> Path:
    return folder if os.access(folder, os.W_OK) else _cache_folder()


def _cache_folder() -> Path:
    """The folder of built files when the code's own folder is read-only."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "lookalike"


def _is_current(path: Path, variant: Variant) -> bool:
    """Compare with the recorded fingerprint, else (another onnx version wrote it) with its recipe."""
    try:
        return fingerprint(path.read_bytes()) == variant.fingerprint or _recipe(path) == variant.recipe
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
