"""Finds the thing that is shown, in the graph: a box around it, and the crops that the network then sees.

Small heads on two feature maps of EfficientNet-Lite0 (strides 16 and 32) guess in each cell how far the
thing's four sides are away, and how much that cell's guess counts; the box is the weighted mean of all
guesses. The heads were trained on pictures that `models/training` makes.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper

from models.network import Network
from models.nodes import Nodes, letterbox
from models.weights import Tensor

_STEP_PX = 32  # the network halves a picture five times
_MOST_STEPS = 16  # the most for the longer side of a very long picture
# Shortest side of a crop, as a share of the frame's: a smaller thing cannot be told from the background.
_LEAST = 0.02
MIDDLE = 0.75


def append_box(
    nodes: Nodes,
    picture: str,
    *,
    area_px: int,
    backbone: Mapping[str, Tensor],
    repeats: Sequence[int],
    heads: Mapping[str, Tensor],
) -> str:
    """Append the search for the thing in a picture shrunk to about `area_px` pixels.

    Returns its left, top, right and bottom, float32 [batch, 4] as shares of the picture; not yet within it.
    """
    frame = nodes.add("Cast", "find.float", picture, to=TensorProto.FLOAT)
    size = _shrunk_size(nodes, picture, area_px)
    x = nodes.add("Resize", "find.resized", frame, "", "", size, axes=[1, 2], mode="linear", antialias=1)
    x = nodes.add("Transpose", "find.channels_first", x, perm=[0, 3, 1, 2])
    ends = Network(nodes, backbone, _STEP_PX, prefix="find.").stages(x, repeats)
    return _sides(nodes, _guesses(nodes, ends[4], ends[6], heads))


def _shrunk_size(nodes: Nodes, picture: str, area_px: int) -> str:
    """The size with about that area and the picture's aspect, both sides multiples of 32: int64 [2]."""
    sides = nodes.add("Shape", "find.sides", picture, start=1, end=3)
    x = nodes.add("Cast", "find.sides_float", sides, to=TensorProto.FLOAT)
    area = nodes.add("ReduceProd", "find.area", x, keepdims=1)
    shrunk = nodes.add("Div", "find.shrunk", nodes.floats("find.area_px", area_px), area)
    factor = nodes.add("Sqrt", "find.factor", shrunk)
    exact = nodes.add("Mul", "find.shrunk_sides", x, factor)
    steps = nodes.add("Div", "find.steps_exact", exact, nodes.floats("find.step", _STEP_PX))
    steps = nodes.add("Round", "find.steps", steps)
    one, most = nodes.floats("find.one", 1), nodes.floats("find.most", _MOST_STEPS)
    steps = nodes.add("Clip", "find.steps_clipped", steps, one, most)
    whole = nodes.add("Cast", "find.steps_whole", steps, to=TensorProto.INT64)
    return nodes.add("Mul", "find.size", whole, nodes.ints(_STEP_PX))


def _guesses(nodes: Nodes, fine: str, coarse: str, heads: Mapping[str, Tensor]) -> str:
    """Append the heads: float32 [batch, 5, rows, columns], four distances and a log weight a cell."""

    def conv(x: str, name: str, *, relu: bool = False) -> str:
        kernel = heads[f"{name}.weight"]
        side, depthwise = kernel.shape[-1], kernel.shape[1] == 1 and kernel.shape[0] > 1
        x = nodes.add(
            "Conv", f"find.{name}", x,
            nodes.constant(f"find.{name}.weight", kernel),
            nodes.constant(f"find.{name}.bias", heads[f"{name}.bias"]),
            kernel_shape=[side, side], pads=[side // 2] * 4, group=kernel.shape[0] if depthwise else 1,
        )  # fmt: skip
        return nodes.add("Relu", f"find.{name}.relu", x) if relu else x

    scales = nodes.constant("find.twice", np.array([1, 1, 2, 2], np.float32))
    above = nodes.add("Resize", "find.coarse_up", conv(coarse, "l6"), "", scales, mode="nearest",
                      coordinate_transformation_mode="asymmetric", nearest_mode="floor")  # fmt: skip
    x = nodes.add("Add", "find.joined", conv(fine, "l4"), above)
    x = conv(conv(x, "c4.0"), "c4.1", relu=True)
    return conv(conv(x, "box.0", relu=True), "box.2")


def _sides(nodes: Nodes, guesses: str) -> str:
    """Append the weighted mean of the cells' guesses: float32 [batch, 4]."""
    shape = nodes.add("Shape", "find.cells", guesses, start=2, end=4)
    flat = nodes.add("Reshape", "find.flat", guesses, nodes.ints(0, 5, -1))
    distances, logits = "find.distances", "find.logits"
    nodes.split(flat, [distances, logits], [4, 1], axis=1)
    weights = nodes.add("Softmax", "find.weights", logits, axis=2)
    near = nodes.add(
        "Mul",
        "find.signed",
        distances,
        nodes.constant("find.signs", np.array([[[-1], [-1], [1], [1]]], np.float32)),
    )
    guess = nodes.add("Add", "find.guess", near, _centres(nodes, shape))
    return nodes.add(
        "ReduceSum", "find.box", nodes.add("Mul", "find.weighted", guess, weights), nodes.ints(2), keepdims=0
    )


def _centres(nodes: Nodes, shape: str) -> str:
    """The cells' centres as x, y, x, y in shares of the picture: float32 [4, cells]."""
    ones = nodes.add(
        "ConstantOfShape", "find.ones", shape, value=helper.make_tensor("one", TensorProto.FLOAT, [1], [1.0])
    )
    counts = nodes.add("Cast", "find.counts", shape, to=TensorProto.FLOAT)
    axes = []
    for name, axis in (("x", 1), ("y", 0)):
        # The running sum of ones counts the cells along an axis: 1, 2, 3 …
        count = nodes.add(
            "CumSum", f"find.{name}_count", ones, nodes.constant(f"find.axis{axis}", np.array(axis, np.int64))
        )
        middle = nodes.add("Sub", f"find.{name}_middle", count, nodes.floats("find.half", 0.5))
        cells = nodes.add("Gather", f"find.{name}_cells", counts, nodes.ints(axis), axis=0)
        share = nodes.add("Div", f"find.{name}_share", middle, cells)
        axes.append(nodes.add("Reshape", f"find.{name}_flat", share, nodes.ints(1, -1)))
    return nodes.add("Concat", "find.centres", *axes, *axes, axis=0)


def append_margin(nodes: Nodes, sides: str, margin: str, *, prefix: str) -> str:
    """Append a margin around a box, a share of its longer side, inside the picture and never empty.

    Sides in and out are left, top, right and bottom, float32 [batch, 4] as shares of the picture; the margin
    is one number, which may be below 0.
    """
    low, high = f"{prefix}low", f"{prefix}high"
    nodes.split(sides, [low, high], [2, 2], axis=1)
    extent = nodes.add("Sub", f"{prefix}extent", high, low)
    longest = nodes.add("ReduceMax", f"{prefix}longest", extent, nodes.ints(1), keepdims=1)
    added = nodes.add("Mul", f"{prefix}added", longest, margin)
    first = nodes.add("Sub", f"{prefix}first", low, added)
    last_start = nodes.floats("box.last_start", 1 - _LEAST)
    start = nodes.add("Clip", f"{prefix}start", first, nodes.floats("box.nought", 0), last_start)
    end = nodes.add("Add", f"{prefix}last", high, added)
    end = nodes.add("Min", f"{prefix}inside", end, nodes.floats("box.one", 1))
    least = nodes.add("Add", f"{prefix}least", start, nodes.floats("box.least", _LEAST))
    return nodes.add("Concat", f"{prefix}sides", start, nodes.add("Max", f"{prefix}end", end, least), axis=1)


def append_middle(nodes: Nodes, picture: str, batch: str) -> str:
    """Append the sides of three quarters of the pictures' largest square: float32 [batch, 4] as shares."""
    sides = nodes.add("Shape", "middle.sides", picture, start=1, end=3)
    sides = nodes.add("Cast", "middle.height_width", sides, to=TensorProto.FLOAT)
    shortest = nodes.add("ReduceMin", "middle.shortest", sides, keepdims=1)
    square = nodes.add("Mul", "middle.square", shortest, nodes.floats("middle.half_share", MIDDLE / 2))
    reach = nodes.add("Div", "middle.down_across", square, sides)
    reach = nodes.add("Gather", "middle.reach", reach, nodes.ints(1, 0), axis=0)
    half = nodes.floats("middle.half", 0.5)
    near, far = nodes.add("Sub", "middle.near", half, reach), nodes.add("Add", "middle.far", half, reach)
    one = nodes.add("Concat", "middle.one", near, far, axis=0)
    shape = nodes.add("Concat", "middle.shape", batch, nodes.ints(4), axis=0)
    return nodes.add("Expand", "middle", one, shape)


def append_crops(nodes: Nodes, picture: str, sides: str, count: str, *, size_px: int, prefix: str) -> str:
    """Append cutting each picture at its own sides and the letterbox: float32 BGR [count, 3, size, size].

    `count`, a number, is that of the pictures or 0.
    """
    body = Nodes(prefix="crop.")
    one = body.add("Gather", "crop.sides", sides, "crop.index", axis=0)
    size = body.add(
        "Cast", "crop.size", body.add("Shape", "crop.shape", picture, start=1, end=3), to=TensorProto.FLOAT
    )
    turned = body.add("Gather", "crop.width_height", size, body.ints(1, 0), axis=0)
    exact = body.add("Mul", "crop.exact", one, body.add("Concat", "crop.scale", turned, turned, axis=0))
    low, high = "crop.low", "crop.high"
    body.split(exact, [low, high], [2, 2], axis=0)
    first = body.add("Cast", "crop.first_xy", body.add("Floor", "crop.floor", low), to=TensorProto.INT64)
    last = body.add("Cast", "crop.last_xy", body.add("Ceil", "crop.ceil", high), to=TensorProto.INT64)
    first = body.add("Gather", "crop.first", first, body.ints(1, 0), axis=0)
    last = body.add("Gather", "crop.last", last, body.ints(1, 0), axis=0)
    whole = body.add("Gather", "crop.picture", picture, "crop.index", axis=0)
    cut = body.add("Slice", "crop.cut", whole, first, last, body.ints(0, 1))
    boxed = letterbox(body, body.add("Unsqueeze", "crop.batch", cut, body.ints(0)), size_px)
    body.add("Squeeze", "crop.out", boxed, body.ints(0))
    body.add("Identity", "crop.go_on", "crop.condition")
    return nodes.add("Loop", f"{prefix}crops", count, "", body=_loop_body(body, size_px))


def _loop_body(body: Nodes, size_px: int) -> onnx.GraphProto:
    """The graph of one turn of a Loop: index and condition in, condition and one crop out."""
    value = helper.make_tensor_value_info
    return helper.make_graph(
        body.nodes,
        "crop",
        [value("crop.index", TensorProto.INT64, []), value("crop.condition", TensorProto.BOOL, [])],
        [
            value("crop.go_on", TensorProto.BOOL, []),
            value("crop.out", TensorProto.FLOAT, [3, size_px, size_px]),
        ],
        list(body.constants.values()),
    )
