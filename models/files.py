"""Where model files are, how they are written and what identifies them."""

import hashlib
import os
import tempfile
from pathlib import Path

from models.errors import ModelError

FOLDER = Path(__file__).resolve().parent


def fingerprint(data: bytes) -> str:
    """Return the fingerprint of a model file's content: the first 12 hex digits of its sha-256."""
    return hashlib.sha256(data).hexdigest()[:12]


def read_model(path: Path) -> bytes:
    """Return a model file's content; ModelError when it is missing or unreadable."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ModelError(f"model file {path} does not exist; expected an .onnx file") from error
    except OSError as error:
        raise ModelError(
            f"model file {path} cannot be read: {error.strerror}; expected an .onnx file"
        ) from error


def write_atomically(path: Path, data: bytes) -> None:
    """Write through a temporary file and a rename, so that readers and a second writer see a whole file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, data)
    except OSError as error:
        raise ModelError(f"cannot write {path}: {error.strerror}; expected a writable folder") from error


def _replace(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=path.suffix)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)  # mkstemp gives 0600; other users' processes read the model too
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
