"""Small networks as PyTorch exports them, for the tests of wrapping."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIDE_PX, DIM = 16, 5
WEIGHTS = np.random.default_rng(1).normal(size=(DIM, 3, 3, 3)).astype(np.float32)


@dataclass(frozen=True)
class TinyNetwork:
    """A small backbone of convolution and ReLU; `head` comes after them."""

    head: str = "map"
    opset: int = 18
    input: str = "image"
    input_type: int = TensorProto.FLOAT
    input_shape: tuple[str | int, ...] = ("batch", 3, SIDE_PX, SIDE_PX)
    output_type: int = TensorProto.FLOAT
    weights: str = "kernel"
    scale: float = 1.0

    def model(self) -> onnx.ModelProto:
        inner = helper.make_node("Cast", [self.input], ["x"], to=TensorProto.FLOAT)
        conv = helper.make_node(
            "Conv", ["x", self.weights], ["conv"], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]
        )
        nodes = [inner, conv, helper.make_node("Relu", ["conv"], ["relu"]), *self._head()]
        nodes.append(helper.make_node("Cast", [nodes[-1].output[0]], ["features"], to=self.output_type))
        constants = {
            self.weights: WEIGHTS * self.scale,
            "one_row": np.array([1, DIM], np.int64),
            "tokens": np.array([0, DIM, -1], np.int64),
        }
        graph = helper.make_graph(
            nodes,
            "backbone",
            [helper.make_tensor_value_info(self.input, self.input_type, self.input_shape)],
            [helper.make_tensor_value_info("features", self.output_type, None)],
            [numpy_helper.from_array(np.asarray(values), name) for name, values in constants.items()],
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)

    def _head(self) -> list[onnx.NodeProto]:
        pool = helper.make_node("GlobalAveragePool", ["relu"], ["pooled"])
        flat = helper.make_node("Flatten", ["pooled"], ["flat"], axis=1)
        match self.head:
            case "vector":
                return [pool, flat]
            case "vector of one picture":  # what PyTorch makes of torch.flatten when the batch is fixed
                return [pool, helper.make_node("Reshape", ["pooled", "one_row"], ["flat"])]
            case "tokens":
                return [helper.make_node("Reshape", ["relu", "tokens"], ["flat"])]
            case "map, channels last":
                return [helper.make_node("Transpose", ["relu"], ["last"], perm=[0, 2, 3, 1])]
            case (
                "over the batch"
            ):  # as batch norm in training mode: a picture's features depend on the others
                return [pool, flat, helper.make_node("Softmax", ["flat"], ["soft"], axis=0)]
        return []

    def write(self, folder: Path) -> Path:
        path = folder / "export.onnx"
        onnx.save(self.model(), path)
        return path
