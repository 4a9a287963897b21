"""awscam.Model runs networks that users bring."""

from pathlib import Path

import awscam
import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import TensorProto

from models.errors import ModelError
from tests.edge.deeplens.networks import Shape, write_network
from tests.edge.kit import grey

pytestmark = pytest.mark.usefixtures("host")
FRAME: NDArray[np.uint8] = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)


def load(path: Path, runtime: int = 0) -> awscam.Model:
    return awscam.Model(str(path), {"GPU": 1}, runtime=runtime)


@pytest.mark.parametrize("dtype", [TensorProto.FLOAT, TensorProto.UINT8])
@pytest.mark.parametrize(
    ("shape", "values"),
    [
        ([1, 3, "height", "width"], FRAME.transpose(2, 0, 1)),
        (["batch", 3, 4, 5], FRAME.transpose(2, 0, 1)),
        (["batch", "height", "width", 3], FRAME),
        ([1, 4, 5, 3], FRAME),
    ],
)
def test_a_network_gets_the_pixels_as_they_are(
    tmp_path: Path, dtype: int, shape: Shape, values: NDArray[np.uint8]
) -> None:
    model = load(write_network(tmp_path / "net.onnx", shape, dtype=dtype))
    result = model.doInference(FRAME)
    assert list(result) == ["layer"]
    assert result["layer"].dtype == np.float32
    np.testing.assert_array_equal(result["layer"], values.ravel())
    assert model.provider == "CPUExecutionProvider"


def test_a_frame_is_resized_only_where_the_network_has_a_size(tmp_path: Path) -> None:
    model = load(write_network(tmp_path / "net.onnx", [1, 3, 2, "width"]))
    assert len(model.doInference(grey(70, height=48, width=64))["layer"]) == 3 * 2 * 64
    squashed = model.doInference(FRAME)["layer"]
    assert len(squashed) == 3 * 2 * 5
    assert np.abs(squashed.reshape(3, 2, 5) - FRAME.reshape(2, 2, 5, 3).mean(1).transpose(2, 0, 1)).max() <= 1


def test_a_float_frame_keeps_its_values(tmp_path: Path) -> None:
    model = load(write_network(tmp_path / "net.onnx", [1, 3, 4, 5]))
    np.testing.assert_array_equal(
        model.doInference(FRAME / 255)["layer"], (FRAME / 255).transpose(2, 0, 1).ravel().astype(np.float32)
    )


def test_a_grey_network_takes_a_grey_frame(tmp_path: Path) -> None:
    model = load(write_network(tmp_path / "net.onnx", ["batch", 1, 2, 2]))
    np.testing.assert_array_equal(
        model.doInference(np.array([[1, 2], [3, 4]], np.uint8))["layer"], [1, 2, 3, 4]
    )
    with pytest.raises(ValueError, match=r"frame has shape \(4, 5, 3\); net.onnx takes \(height, width, 1\)"):
        model.doInference(FRAME)


@pytest.mark.parametrize("frame", [None, np.zeros((4, 5)), np.zeros((0, 5, 3)), np.zeros((4, 5, 4))])
def test_what_is_no_picture_is_refused(tmp_path: Path, frame: NDArray[np.uint8]) -> None:
    model = load(write_network(tmp_path / "net.onnx", ["batch", 3, "height", "width"]))
    with pytest.raises(ValueError, match=r"frame has shape .*; net.onnx takes \(height, width, 3\)"):
        model.doInference(frame)


@pytest.mark.parametrize(
    ("shapes", "dtype"),
    [
        ([[1, 3, 4, 5], [1, 3]], TensorProto.FLOAT),
        ([[1, 3]], TensorProto.FLOAT),
        ([[1, 7, 4, 5]], TensorProto.FLOAT),
        ([[2, 3, 4, 5]], TensorProto.FLOAT),
        ([[1, 3, 4, 5]], TensorProto.INT32),
    ],
)
def test_a_network_that_takes_no_picture_is_refused(tmp_path: Path, shapes: list[Shape], dtype: int) -> None:
    path = write_network(tmp_path / "net.onnx", *shapes, dtype=dtype)
    with pytest.raises(
        ModelError, match=r"net\.onnx takes data tensor.*; expected one picture: float32 or uint8"
    ):
        load(path)


def test_every_output_is_a_layer(tmp_path: Path) -> None:
    result = load(write_network(tmp_path / "net.onnx", [1, 3, 4, 5], outputs=2)).doInference(FRAME)
    assert {layer: len(values) for layer, values in result.iteritems()} == {"layer": 60, "layer1": 60}


def test_detections_are_in_pixels_of_the_models_input(tmp_path: Path) -> None:
    rows: list[list[float]] = [
        [0, 15, 0.25, 0, 0, 0.5, 1],
        [0, 7, 0.75, 0.1, 0.2, 0.3, 0.4],
        [-1, 0, 0, 0, 0, 0, 0],
    ]
    fixed = load(write_network(tmp_path / "ssd.onnx", [1, 3, 300, 200], rows=rows))
    found = fixed.parseResult("ssd", fixed.doInference(grey(9)))
    assert [tuple(finding.values()) for finding in found["ssd"]] == [
        (7, pytest.approx(0.75), 20, 60, 60, 120),
        (15, pytest.approx(0.25), 0, 0, 100, 300),
    ]
    raw = {"detection_out": np.array(rows, np.float32).ravel()}
    assert load(tmp_path / "ssd.onnx").parseResult("ssd", raw)["ssd"][0]["ymax"] == 120
    free = load(write_network(tmp_path / "free.onnx", [1, 3, "height", "width"], rows=rows))
    with pytest.raises(ValueError, match="known only after a first inference"):
        free.parseResult("ssd", raw)
    found = free.parseResult("ssd", free.doInference(grey(9, height=100, width=1000)))
    assert [finding["xmax"] for finding in found["ssd"]] == [300, 500]


def test_neo_numbers_its_layers_and_parses_nothing(tmp_path: Path) -> None:
    model = load(write_network(tmp_path / "net.onnx", [1, 3, 4, 5], outputs=2), runtime=1)
    result = model.doInference(FRAME)
    assert list(result) == [0, 1]
    assert model.parseResult("classification", result) is result
