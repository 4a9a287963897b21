"""Reads PyTorch's legacy .pth format with numpy alone and a restricted unpickler.

The file is five pickles (magic number, protocol version, system info, state dict, storage keys), followed by
the raw storages in the order of the keys: an int64 element count, then the elements. The state dict refers to
its storages by persistent ids. Source: `_legacy_load` in PyTorch's torch/serialization.py.
"""

import hashlib
import importlib.util
import io
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.files import FOLDER
from models.variants import Variant

Tensor = NDArray[Any]

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_STORAGES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


@dataclass(frozen=True)
class _Storage:
    key: str
    dtype: np.dtype[Any]
    count: int


@dataclass(frozen=True)
class _TensorRef:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _StateDict(dict[str, Any]):
    """Stands in for OrderedDict and drops its `_metadata` attribute, which only torch needs."""

    def __setstate__(self, state: object) -> None:
        del state


def _tensor_ref(
    storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object
) -> _TensorRef:
    return _TensorRef(storage, offset, shape, strides)


class _RestrictedUnpickler(pickle.Unpickler):
    """Knows the handful of names that a state dict of plain tensors needs, and refuses all others."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return _StateDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor_ref
        if module == "torch" and name in _STORAGES:
            return _STORAGES[name]
        raise ModelError(f"weights file asks for {module}.{name}; expected plain tensors only")

    def persistent_load(self, pid: Any) -> _Storage:
        match pid:
            case ("storage", np.dtype() as dtype, str() as key, str(), int() as count, None):
                return _Storage(key, dtype, count)
        raise ModelError(f"weights file has the persistent id {pid!r:.80}; expected a whole storage")


def _load_pickle(stream: io.BytesIO) -> Any:
    try:
        return _RestrictedUnpickler(stream).load()
    except ModelError:
        raise
    except Exception as error:  # a broken pickle can raise nearly anything
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise ModelError(f"weights file is damaged ({reason}); expected a legacy .pth file") from error


def _read_storage(stream: io.BytesIO, storage: _Storage) -> Tensor:
    count = int.from_bytes(stream.read(8), "little")
    if count != storage.count:
        raise ModelError(
            f"weights file: storage {storage.key} has {count} elements; expected {storage.count}"
        )
    data = stream.read(count * storage.dtype.itemsize)
    if len(data) != count * storage.dtype.itemsize:
        raise ModelError(f"weights file ends inside storage {storage.key}; expected {count} elements")
    return np.frombuffer(data, storage.dtype)


def _view(ref: _TensorRef, storage: Tensor) -> Tensor:
    size = storage.dtype.itemsize
    strides = tuple(step * size for step in ref.strides)
    try:  # numpy itself checks that the view stays inside the buffer
        return np.ndarray(ref.shape, storage.dtype, storage.data, ref.offset * size, strides)
    except (TypeError, ValueError) as error:
        raise ModelError(f"weights file: tensor {ref.shape} does not fit its storage: {error}") from error


def _check_header(stream: io.BytesIO) -> None:
    magic, protocol, system = (_load_pickle(stream) for _ in range(3))
    if magic != _MAGIC or protocol != _PROTOCOL:
        raise ModelError(
            f"weights file starts with {magic!r:.40}, {protocol!r:.40}; expected a legacy .pth file"
        )
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise ModelError(f"weights file was written with {system!r:.80}; expected little_endian True")


def read_state(data: bytes) -> dict[str, Tensor]:
    """Return the tensors of a legacy .pth file by name, read-only; ModelError on anything unexpected."""
    stream = io.BytesIO(data)
    _check_header(stream)
    refs = _load_pickle(stream)
    if not isinstance(refs, dict) or not all(isinstance(ref, _TensorRef) for ref in refs.values()):
        raise ModelError(f"weights file holds a {type(refs).__name__}; expected a state dict of tensors")
    named = {ref.storage.key: ref.storage for ref in cast("dict[str, _TensorRef]", refs).values()}
    keys = _load_pickle(stream)
    if not isinstance(keys, list) or set(keys) != set(named):
        raise ModelError("weights file: the list of storages differs from those that the state dict names")
    storages = {key: _read_storage(stream, named[key]) for key in keys}
    return {name: _view(ref, storages[ref.storage.key]) for name, ref in refs.items()}


def load_trained(name: str) -> Mapping[str, Tensor]:
    """Return the tensors that `models/training` learned, float32 by name; kept as float16 in trained/."""
    with np.load(FOLDER / "trained" / f"{name}.npz", allow_pickle=False) as file:
        return {key: file[key].astype(np.float32) for key in file.files}


def find_weights(variant: Variant) -> Path:
    """Return the .pth file inside the installed weights package (which is not imported, only located)."""
    spec = importlib.util.find_spec(variant.package)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"package {variant.package} is not installed; expected it in the environment")
    path = Path(spec.submodule_search_locations[0]) / "models" / variant.weights_file
    if not path.is_file():
        raise ModelError(f"package {variant.package} has no models/{variant.weights_file}")
    return path


def load_weights(variant: Variant) -> Mapping[str, Tensor]:
    """Return a variant's tensors by PyTorch name, after checking the file's sha-256."""
    data = find_weights(variant).read_bytes()
    actual = hashlib.sha256(data).hexdigest()
    if actual != variant.weights_sha256:
        raise ModelError(f"{variant.weights_file} has sha-256 {actual}; expected {variant.weights_sha256}")
    return read_state(data)
