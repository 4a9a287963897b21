"""A user's own ONNX file is checked at load, and each fault has its own message."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.errors import ModelError
from models.featurizer import OnnxFeaturizer


@dataclass(frozen=True)
class Own:
    """A tiny model: mean colour plus `offset`, divided by its length, times `factor`."""

    picture: str = "picture"
    picture_type: int = TensorProto.UINT8
    picture_shape: tuple[str | int, ...] = ("batch", "height", "width", 3)
    vector: str = "vector"
    vector_type: int = TensorProto.FLOAT
    vector_shape: tuple[str | int, ...] = ("batch", 3)
    mean_over: tuple[int, int] = (1, 2)
    offset: float = 1.0
    factor: float = 1.0
    box: str = ""
    box_type: int = TensorProto.FLOAT
    box_shape: tuple[str | int, ...] = ("batch", 4)
    box_values: tuple[float, ...] = (0.25, 0.0, 0.5, 1.0)

    def write(self, folder: Path) -> Path:
        constants: dict[str, NDArray[Any]] = {
            "sides": np.array(self.mean_over, np.int64),
            "last": np.array([-1], np.int64),
            "offset": np.array(self.offset, np.float32),
            "factor": np.array(self.factor, np.float32),
        }
        nodes = [
            helper.make_node("Cast", [self.picture], ["x"], to=TensorProto.FLOAT),
            helper.make_node("ReduceMean", ["x", "sides"], ["mean"], keepdims=0),
            helper.make_node("Add", ["mean", "offset"], ["moved"]),
            helper.make_node("ReduceL2", ["moved", "last"], ["length"], keepdims=1),
            helper.make_node("Div", ["moved", "length"], ["unit"]),
            helper.make_node("Mul", ["unit", "factor"], ["scaled"]),
            helper.make_node("Cast", ["scaled"], [self.vector], to=self.vector_type),
        ]
        outputs = [helper.make_tensor_value_info(self.vector, self.vector_type, self.vector_shape)]
        if self.box:
            constants |= {
                "box_row": np.array([self.box_values], np.float32),
                "nought": np.zeros(1, np.float32),
            }
            constants |= {"first": np.array([0], np.int64), "second": np.array([1], np.int64)}
            nodes += [
                helper.make_node("Slice", ["moved", "first", "second", "last"], ["column"]),
                helper.make_node("Mul", ["column", "nought"], ["noughts"]),
                helper.make_node("Add", ["noughts", "box_row"], ["boxes"]),
                helper.make_node("Cast", ["boxes"], [self.box], to=self.box_type),
            ]
            outputs.append(helper.make_tensor_value_info(self.box, self.box_type, self.box_shape))
        graph = helper.make_graph(
            nodes,
            "own",
            [helper.make_tensor_value_info(self.picture, self.picture_type, self.picture_shape)],
            outputs,
            [numpy_helper.from_array(values, name) for name, values in constants.items()],
        )
        path = folder / "own.onnx"
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)
        return path


def test_an_own_model_of_the_right_form_works(tmp_path: Path) -> None:
    featurizer = OnnxFeaturizer(Own().write(tmp_path))
    assert featurizer.dim == 3
    blue = np.zeros((5, 9, 3), np.uint8)
    blue[:, :, 0] = 255
    assert featurizer.embed([blue])[0].argmax() == 0
    assert not featurizer.finds
    np.testing.assert_array_equal(featurizer.look([blue])[1], [[0, 0, 1, 1]])


def test_an_own_model_may_say_where_it_looks(tmp_path: Path) -> None:
    featurizer = OnnxFeaturizer(Own(box="box").write(tmp_path))
    assert featurizer.finds
    vectors, boxes = featurizer.look([np.full((5, 9, 3), level, np.uint8) for level in (1, 2, 3)])
    assert vectors.shape == (3, 3)
    np.testing.assert_array_equal(boxes, [[0.25, 0, 0.5, 1]] * 3)


@pytest.mark.parametrize(
    ("own", "message"),
    [
        (Own(picture="image"), r"inputs are \['image'\]; expected \['picture'\]"),
        (Own(picture_type=TensorProto.FLOAT), r"input picture is tensor\(float\); expected tensor\(uint8\)"),
        (Own(picture_shape=("batch", "height", "width")), "input picture is .*; expected"),
        (Own(picture_shape=("batch", 224, 224, 3)), "input picture is .*224.*; expected"),
        (
            Own(picture_shape=("batch", "height", "width", 4), vector_shape=("batch", 4)),
            "picture is .*4.*expected",
        ),
        (Own(vector="features"), r"outputs are \['features'\]; expected .*'vector'"),
        (Own(vector="features", box="box"), r"outputs are \['features', 'box'\]; expected .*'vector'"),
        (Own(box="where"), r"outputs are \['vector', 'where'\]; expected \['vector', 'box'\]"),
        (
            Own(box="box", box_type=TensorProto.DOUBLE),
            r"output box is tensor\(double\); expected tensor\(float\)",
        ),
        (
            Own(box="box", box_values=(0, 0, 1), box_shape=("batch", 3)),
            r"output box is \['batch', 3\]; expected \['batch', 4\]",
        ),
        (
            Own(box="box", box_values=(0, 0, float("nan"), 1)),
            "box of a trial picture is .*; expected 4 finite numbers",
        ),
        (Own(vector_type=TensorProto.DOUBLE), r"output vector is tensor\(double\); expected tensor\(float\)"),
        (
            Own(vector_shape=("batch", "width"), mean_over=(1, 3)),
            "output vector has dim width; expected a fixed number",
        ),
        (Own(offset=float("nan")), "is not finite; expected finite"),
        (Own(factor=2.0), "has length 2; expected 1"),
    ],
)
def test_a_fault_of_an_own_model_is_named(own: Own, message: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=message) as caught:
        OnnxFeaturizer(own.write(tmp_path))
    assert "\n" not in str(caught.value)


def test_a_vector_of_another_rank_is_named(tmp_path: Path) -> None:
    path = Own().write(tmp_path)
    model = onnx.load(path)
    model.graph.node[-1].output[0] = "before"
    model.graph.node.append(helper.make_node("Unsqueeze", ["before", "last"], ["vector"]))
    model.graph.output[0].CopyFrom(
        helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["batch", 3, 1])
    )
    onnx.save(model, path)
    with pytest.raises(ModelError, match=r"output vector is \['batch', 3, 1\]; expected"):
        OnnxFeaturizer(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.onnx does not exist; expected an \.onnx file"):
        OnnxFeaturizer(tmp_path / "none.onnx")


def test_a_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        OnnxFeaturizer(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not an ONNX file\n" * 100])
def test_a_file_that_is_no_onnx_is_named(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "text.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"text\.onnx does not load as ONNX") as caught:
        OnnxFeaturizer(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_was_cut_off_is_named(built: dict[str, Path], tmp_path: Path) -> None:
    path = tmp_path / "half.onnx"
    path.write_bytes(built["lite0"].read_bytes()[:5_000_000])
    with pytest.raises(ModelError, match="does not load as ONNX"):
        OnnxFeaturizer(path)


def test_an_absent_provider_lists_those_present(built: dict[str, Path]) -> None:
    with pytest.raises(ModelError, match=r"no execution provider Abacus; present: .*CPUExecutionProvider"):
        OnnxFeaturizer(built["lite0"], providers=["Abacus", "CPUExecutionProvider"])


def test_a_known_box_is_what_an_own_model_gets(tmp_path: Path) -> None:
    featurizer = OnnxFeaturizer(Own(box="box").write(tmp_path))
    halves = np.zeros((10, 20, 3), np.uint8)
    halves[:, :10, 0], halves[:, 10:, 2] = 255, 255
    given = np.array([[0, 0, 0.5, 1], [0.5, 0, 0.9, 2]], np.float32)
    vectors, boxes = featurizer.look([halves, halves], given)
    np.testing.assert_array_equal(vectors.argmax(axis=1), [0, 2])
    np.testing.assert_array_equal(vectors, featurizer.embed([halves[:, :10], halves[:, 10:]]))
    np.testing.assert_allclose(boxes, [[0, 0, 0.5, 1], [0.5, 0, 0.5, 1]])


@pytest.mark.parametrize(
    ("boxes", "message"),
    [
        ([[0, 0, 1, 1]] * 2, r"boxes are \(2, 4\); expected \(1, 4\)"),
        ([[0.5, 0, 0, 1]], "a box has no area"),
        ([[float("nan"), 0, 1, 1]], "a box has no area"),
        ([[1.5, 0, 1, 1]], "a box has no area"),
    ],
)
def test_a_box_that_is_none_is_refused(boxes: list[list[float]], message: str, tmp_path: Path) -> None:
    featurizer = OnnxFeaturizer(Own().write(tmp_path))
    with pytest.raises(ValueError, match=message):
        featurizer.look([np.zeros((5, 9, 3), np.uint8)], np.array(boxes, np.float32))
