"""An export that cannot be wrapped is named in one line, with the expected form."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from models.errors import ModelError
from models.export import read_own
from models.wrap import Preparation, wrap
from tests.models.networks import DIM, TinyNetwork

IMAGENET = Preparation((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (TinyNetwork(input_shape=(1, 3, 16, 16), head="vector of one picture"), "fixed at 1.*dynamic_shapes"),
        (TinyNetwork(head="vector of one picture"), "it fails on 2 pictures: .*; expected .* a free batch"),
        (
            TinyNetwork(head="over the batch"),
            "other vectors .* in a larger batch; expected .* evaluation mode",
        ),
        (TinyNetwork(input_type=TensorProto.FLOAT16), "input image is float16; expected float32"),
        (
            TinyNetwork(input_type=TensorProto.UINT8, input="picture"),
            "is uint8; .* takes no --mean and --std",
        ),
        (
            TinyNetwork(input_shape=("batch", 16, 16, 3)),
            r"input image is \['batch', 16, 16, 3\]; expected .*, 3, S",
        ),
        (TinyNetwork(input_shape=("batch", 3, "h", "w")), r"'h', 'w'\]; expected .* with a fixed S"),
        (TinyNetwork(input_shape=("batch", 3, 16, 24)), r"3, 16, 24\]; expected"),
        (TinyNetwork(input_shape=("batch", 3, 16)), r"3, 16\]; expected"),
        (TinyNetwork(output_type=TensorProto.DOUBLE), "output features is double; expected float32"),
        (TinyNetwork(head="tokens"), r"output features is \(1, 5, 64\) for .*; expected \(batch, dim\), or"),
        (
            TinyNetwork(head="map, channels last"),
            r"is \(1, 8, 8, 5\) for .*; expected .* \(batch, dim, side, side\)",
        ),
        (TinyNetwork(scale=float("nan")), "features of trial pictures are not finite; expected finite"),
        (TinyNetwork(scale=0.0), "features of trial pictures are all zeros; expected"),
    ],
)
def test_an_export_that_does_not_fit_is_named(network: TinyNetwork, message: str, tmp_path: Path) -> None:
    path = network.write(tmp_path)
    with pytest.raises(ModelError, match=message) as caught:
        wrap(path, IMAGENET)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize("kind", ["input", "output"])
def test_a_second_input_or_output_is_named(kind: str, tmp_path: Path) -> None:
    model = TinyNetwork().model()
    values = getattr(model.graph, kind)
    values.append(
        helper.make_tensor_value_info("conv" if kind == "output" else "mask", TensorProto.FLOAT, None)
    )
    path = tmp_path / "export.onnx"
    onnx.save(model, path)
    with pytest.raises(ModelError, match=rf"{kind}s are \['.*', '.*'\]; expected one"):
        wrap(path, IMAGENET)


def test_an_opset_that_cannot_be_converted_is_named(tmp_path: Path) -> None:
    model = TinyNetwork(opset=13).model()
    outputs = ["normed", "mean", "var", "saved_mean", "saved_var"]  # of training mode, which opset 14 lost
    model.graph.node.insert(3, helper.make_node("BatchNormalization", ["relu", *["ones"] * 4], outputs))
    model.graph.node[-1].input[0] = "normed"
    model.graph.initializer.append(numpy_helper.from_array(np.ones(DIM, np.float32), "ones"))
    path = tmp_path / "export.onnx"
    onnx.save(model, path)
    with pytest.raises(
        ModelError, match=r"opset 13 cannot be converted .*; expected 18 or newer: export with"
    ):
        wrap(path, IMAGENET)


@pytest.mark.parametrize("content", [b"", b"not an ONNX file\n" * 100])
def test_a_file_that_is_no_onnx_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "text.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"text\.onnx.*; expected") as caught:
        wrap(path, IMAGENET)
    assert "\n" not in str(caught.value)


def test_missing_weights_are_named(tmp_path: Path) -> None:
    path = tmp_path / "apart.onnx"
    onnx.save(
        TinyNetwork().model(), path, save_as_external_data=True, location="apart.data", size_threshold=0
    )
    (tmp_path / "apart.data").unlink()
    with pytest.raises(ModelError, match=r"in another file, apart\.data, which cannot be read; expected"):
        wrap(path, IMAGENET)


def test_an_export_without_a_preparation_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ModelError, match="input image is float32; expected uint8 picture, or --mean and --std"
    ):
        read_own(TinyNetwork().write(tmp_path))
