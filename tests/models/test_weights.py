"""The weights reader accepts plain tensors only, and names damage."""

import io
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.errors import ModelError
from models.variants import VARIANTS
from models.weights import find_weights, load_weights, read_state

MAGIC, PROTOCOL, SYSTEM = 0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}


class _Call:
    """Pickles as a call of `function`, which is what a malicious file does."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self._reduced = (function, arguments)

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self._reduced


def _file(*parts: Any, magic: int = MAGIC) -> bytes:
    return b"".join(pickle.dumps(part, 2) for part in (magic, PROTOCOL, SYSTEM, *parts))


@pytest.fixture(scope="module")
def original() -> bytes:
    return find_weights(VARIANTS["lite0"]).read_bytes()


def test_tensors_have_their_shapes_and_values() -> None:
    state = load_weights(VARIANTS["lite0"])
    assert state["_conv_stem.weight"].shape == (32, 3, 3, 3)
    assert state["_fc.weight"].shape == (1000, 1280)
    assert state["_blocks.0._bn1.num_batches_tracked"].dtype == np.int64
    assert (state["_bn0.running_var"] >= 0).all()


def test_a_malicious_pickle_is_refused_and_not_run(tmp_path: Path) -> None:
    target = tmp_path / "written"
    with pytest.raises(ModelError, match="expected plain tensors only"):
        read_state(_file({"weight": _Call(Path.touch, target)}))
    with pytest.raises(ModelError, match=r"asks for builtins?\.eval|asks for __builtin__\.eval"):
        read_state(_file({"weight": _Call(eval, "1 + 1")}))
    assert not target.exists()


def test_a_persistent_id_of_another_form_is_refused() -> None:
    stream = io.BytesIO()

    class Pickler(pickle.Pickler):
        def persistent_id(self, obj: Any) -> Any:
            return ("module", "os") if obj == "here" else None

    Pickler(stream, 2).dump({"weight": "here"})
    with pytest.raises(ModelError, match=r"persistent id .*; expected a whole storage"):
        read_state(_file() + stream.getvalue())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "damaged .*; expected a legacy .pth file"),
        (b"PK\x03\x04 a zip file, as torch.save writes today", "damaged .*; expected a legacy .pth file"),
        (_file(magic=1), "starts with 1, 1001; expected"),
        (_file([1, 2]), "holds a list; expected a state dict"),
        (_file({"weight": 3}), "expected a state dict of tensors"),
        (_file({}, ["7"]), "list of storages differs"),
    ],
)
def test_what_is_no_state_dict_is_named(data: bytes, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        read_state(data)


def test_a_file_that_was_cut_off_is_named(original: bytes) -> None:
    with pytest.raises(ModelError, match="ends inside storage"):
        read_state(original[:-100])


def test_a_tensor_larger_than_its_storage_is_refused(original: bytes) -> None:
    shape_of_stem_bias = b"K\x00K \x85"  # offset 0, shape (32,): the first 1-d tensor
    assert shape_of_stem_bias in original
    with pytest.raises(ModelError, match="does not fit its storage"):
        read_state(original.replace(shape_of_stem_bias, b"K\x00K!\x85", 1))


def test_weights_of_another_content_are_refused() -> None:
    with pytest.raises(ModelError, match=r"has sha-256 5793.*; expected 00"):
        load_weights(replace(VARIANTS["lite0"], weights_sha256="00"))


def test_an_absent_package_is_named() -> None:
    with pytest.raises(ModelError, match="package no_such_package is not installed"):
        find_weights(replace(VARIANTS["lite0"], package="no_such_package"))
