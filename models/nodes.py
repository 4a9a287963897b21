"""Pieces of ONNX graphs that every featurizer needs: letterbox, pooling, unit length."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper


class Nodes:
    """Collects nodes and constants; every node has one output, which bears the node's name.

    `prefix` is put before the constants' names, for a graph inside another one.
    """

    def __init__(self, *, prefix: str = "") -> None:
        self._prefix = prefix
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, values: NDArray[Any]) -> str:
        name = self._prefix + name
        self.constants.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def ints(self, *values: int) -> str:
        return self.constant("i_" + "_".join(map(str, values)), np.array(values, np.int64))

    def floats(self, name: str, value: float) -> str:
        return self.constant(name, np.array(value, np.float32))

    def add(self, op: str, name: str, *inputs: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(op, inputs, [name], name, **attributes))
        return name

    def split(self, x: str, names: Sequence[str], sizes: Sequence[int], *, axis: int) -> None:
        """Append the one kind of node that has several outputs."""
        node = helper.make_node("Split", [x, self.ints(*sizes)], list(names), f"{names[0]}.split", axis=axis)
        self.nodes.append(node)


def letterbox(nodes: Nodes, picture: str, size_px: int) -> str:
    """Append resize with aspect kept and edge padding; returns float32 BGR [batch, 3, size, size], 0 to 255.

    Float before resize: ONNX Runtime's antialiased float kernel with its cast is a third faster than the
    uint8 one, and it does not round. Sizes are integers, so every runtime rounds them alike.
    """
    size = nodes.ints(size_px)
    sides = nodes.add("Shape", "sides", picture, start=1, end=3)
    longest = nodes.add("ReduceMax", "longest", sides, keepdims=1)
    doubled = nodes.add("Mul", "sides_times_2size", sides, nodes.ints(2 * size_px))
    rounded = nodes.add("Add", "sides_to_round", doubled, longest)
    divisor = nodes.add("Mul", "twice_longest", longest, nodes.ints(2))
    scaled = nodes.add("Div", "scaled_sides", rounded, divisor)
    fitted = nodes.add("Max", "fitted_sides", scaled, nodes.ints(1))  # 1x500 must not become 0x224
    x = nodes.add("Cast", "picture_float", picture, to=TensorProto.FLOAT)
    x = nodes.add("Resize", "resized", x, "", "", fitted, axes=[1, 2], mode="linear", antialias=1)
    missing = nodes.add("Sub", "missing", size, fitted)
    before = nodes.add("Div", "pad_before", missing, nodes.ints(2))
    after = nodes.add("Sub", "pad_after", missing, before)
    pads = nodes.add("Concat", "pads", before, after, axis=0)
    x = nodes.add("Pad", "letterboxed", x, pads, "", nodes.ints(1, 2), mode="edge")
    return nodes.add("Transpose", "channels_first", x, perm=[0, 3, 1, 2])


def unit_vector(nodes: Nodes, features: str) -> str:
    """Append the mean over [batch, dim, side, side] and its scaling to length 1; returns `vector`."""
    x = nodes.add("GlobalAveragePool", "pooled", features)
    x = nodes.add("Flatten", "flat", x, axis=1)
    length = nodes.add("ReduceL2", "length", x, nodes.ints(1), keepdims=1)
    guarded = nodes.add("Max", "length_not_zero", length, nodes.floats("tiny", 1e-12))
    return nodes.add("Div", "vector", x, guarded)
