"""Networks of users: not of our own form, but with a picture as input."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Shape = Sequence[int | str]


def write_network(
    path: Path,
    *shapes: Shape,
    dtype: int = TensorProto.FLOAT,
    rows: Sequence[Sequence[float]] | None = None,
    outputs: int = 1,
) -> Path:
    """A network that returns the values of its input, or `rows`, on `layer`, `layer1` and so on."""
    names = [f"layer{index or ''}" for index in range(outputs)]
    inputs = [helper.make_tensor_value_info(f"data{i or ''}", dtype, shape) for i, shape in enumerate(shapes)]
    nodes = [helper.make_node("Cast", ["data"], ["floats"], to=TensorProto.FLOAT)]
    constants = {}
    if rows is None:
        nodes += [helper.make_node("Identity", ["floats"], [name]) for name in names]
    else:
        # Adds zero times the input, or the runtime would drop the input.
        constants = {"rows": np.array(rows, np.float32), "nought": np.zeros(1, np.float32)}
        nodes.append(helper.make_node("Mul", ["floats", "nought"], ["noughts"]))
        nodes.append(helper.make_node("ReduceSum", ["noughts"], ["sum"], keepdims=0))
        nodes += [helper.make_node("Add", ["rows", "sum"], [name]) for name in names]
    shape = shapes[0] if rows is None else [len(rows), len(rows[0])]
    graph = helper.make_graph(
        nodes,
        "network",
        inputs,
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in names],
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path
