"""Makes a model file of our form out of a network's export: letterbox before it, pooling and length after it.

Nothing about the network is taken on trust: the result is run on a trial batch and compared with the export,
which covers a relaxed batch dimension, a converted opset, the colours and the pooling at once.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import TensorProto, compose, helper, version_converter

from models.errors import ModelError
from models.export import Export, first_line, read_export, serialise
from models.files import fingerprint
from models.nodes import Nodes, letterbox, unit_vector

_MIN_OPSET, _MIN_IR_VERSION = 18, 9  # of the letterbox; see graph.py
_MIN_COSINE = 0.999  # a quantised network may round some values to the other side
_PREFIX = "net/"  # its names could be the same as ours

Colours = tuple[float, float, float]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Preparation:
    """What a network wants: (x - mean) / std, both in the order R, G, B and on the scale where white is 1."""

    mean: Colours
    std: Colours
    # The order of the network's channels; that of mean and std stays R, G, B.
    bgr: bool = False

    def channels(self, values: Colours) -> Floats:
        """Values for pictures of 0 to 255, float32 [3, 1, 1] in the order of the network's channels."""
        ordered = values[::-1] if self.bgr else values
        return (np.array(ordered) * 255).astype(np.float32).reshape(3, 1, 1)

    def apply(self, pictures: NDArray[np.uint8]) -> Floats:
        """Prepare uint8 BGR [batch, S, S, 3] as float32 [batch, 3, S, S]; what the wrapped graph must do."""
        ordered = pictures if self.bgr else pictures[..., ::-1]
        x = ordered.transpose(0, 3, 1, 2).astype(np.float32)
        return (x - self.channels(self.mean)) / self.channels(self.std)


def wrap(path: Path, preparation: Preparation) -> bytes:
    """Return a model file of our form around a network that takes float32 [batch, 3, S, S].

    Its one output is float32 [batch, dim], or a map [batch, dim, side, side] that is averaged. The content
    depends on the export and the preparation alone. ModelError with one line for whatever does not fit.
    """
    export = read_export(path)
    network = _converted(export)
    count = export.batch or 1
    shape = (count + 1, export.size_px, export.size_px, 3)
    pictures = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    features = _features(export, preparation.apply(pictures[:count]))
    data = serialise(path, _surrounded(network, export, features.shape, preparation))
    problem = _difference(data, pictures, features)
    if problem and export.batch:
        raise ModelError(
            f"{path}: its batch is fixed at {export.batch}, inside the graph too; expected a free one: "
            "torch.onnx.export(..., dynamic_shapes=({0: 'batch'},))"
        )
    if problem:
        raise ModelError(f"{path}: {problem}; expected a network in evaluation mode, with a free batch")
    return data


def _run(data: bytes, inlet: str, values: NDArray[np.generic]) -> Floats:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4  # errors come as exceptions, not as lines on stderr
    session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    (result,) = session.run(None, {inlet: values})
    return np.asarray(result, np.float32)


def _features(export: Export, x: Floats) -> Floats:
    """What the export itself makes of prepared pictures."""
    try:
        features = _run(serialise(export.path, export.model), export.inlet, x)
    except Exception as error:  # onnxruntime's exceptions have no common class of their own
        raise ModelError(f"{export.path} does not run on {x.shape}: {first_line(error)}") from error
    # A map that is not square would be one with the channels last, whose average means nothing.
    square = features.ndim == 2 or (features.ndim == 4 and features.shape[2] == features.shape[3])
    if not square or len(features) != len(x):
        raise ModelError(
            f"{export.path}: output {export.outlet} is {features.shape} for {x.shape}; "
            "expected (batch, dim), or a feature map (batch, dim, side, side)"
        )
    if not np.isfinite(features).all() or not features.any():
        found = "all zeros" if np.isfinite(features).all() else "not finite"
        raise ModelError(f"{export.path}: features of trial pictures are {found}; expected finite numbers")
    return features


def _surrounded(
    network: onnx.ModelProto, export: Export, features: tuple[int, ...], preparation: Preparation
) -> onnx.ModelProto:
    model = compose.add_prefix(network, _PREFIX)
    nodes = Nodes()
    x = letterbox(nodes, "picture", export.size_px)
    if not preparation.bgr:
        x = nodes.add("Gather", "rgb", x, nodes.ints(2, 1, 0), axis=1)
    mean, std = (preparation.channels(values) for values in (preparation.mean, preparation.std))
    x = nodes.add("Sub", "centred", x, nodes.constant("mean", mean))
    nodes.add("Div", _PREFIX + export.inlet, x, nodes.constant("std", std))
    nodes.nodes.extend(model.graph.node)
    x = _PREFIX + export.outlet
    if len(features) == 2:
        x = nodes.add("Unsqueeze", "as_map", x, nodes.ints(2, 3))
    unit_vector(nodes, x)
    picture = helper.make_tensor_value_info("picture", TensorProto.UINT8, ["batch", "height", "width", 3])
    vector = helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["batch", features[1]])
    graph = helper.make_graph(
        nodes.nodes, model.graph.name or "network", [picture], [vector],
        [*model.graph.initializer, *nodes.constants.values()],
        sparse_initializer=list(model.graph.sparse_initializer),
    )  # fmt: skip
    model.graph.CopyFrom(graph)
    model.ir_version = max(model.ir_version, _MIN_IR_VERSION)
    facts = {entry.key: entry.value for entry in model.metadata_props}
    helper.set_model_props(model, facts | _facts(export, preparation))
    return model


def _converted(export: Export) -> onnx.ModelProto:
    """The network in an opset that has the letterbox's nodes."""
    version = next((each.version for each in export.model.opset_import if each.domain in ("", "ai.onnx")), 1)
    if version >= _MIN_OPSET:
        return export.model
    try:
        return version_converter.convert_version(export.model, _MIN_OPSET)
    except Exception as error:  # the converter is C++, and raises what it likes
        raise ModelError(
            f"{export.path}: opset {version} cannot be converted ({first_line(error)}); "
            f"expected {_MIN_OPSET} or newer: export with opset_version={_MIN_OPSET}"
        ) from error


def _facts(export: Export, preparation: Preparation) -> dict[str, str]:
    def listed(values: Colours) -> str:
        return ",".join(f"{value:g}" for value in values)

    return {
        # Without file names: the same network under another name is the same model.
        "source": f"export {fingerprint(serialise(export.path, export.model))}, wrapped by Lookalike",
        "input_px": str(export.size_px),
        "mean": listed(preparation.mean),
        "std": listed(preparation.std),
        "colours": "BGR" if preparation.bgr else "RGB",
    }


def _difference(data: bytes, pictures: NDArray[np.uint8], features: Floats) -> str:
    """What is wrong with the wrapped network, which gets one picture more than the export got; else empty."""
    flat = features if features.ndim == 2 else features.mean(axis=(2, 3))
    try:
        vectors = _run(data, "picture", pictures)
    except Exception as error:  # onnxruntime's exceptions have no common class of their own
        return f"it fails on {len(pictures)} pictures: {first_line(error)}"
    if vectors.shape != (len(pictures), flat.shape[1]):
        return f"it gives {vectors.shape} for {len(pictures)} pictures"
    cosines = (vectors[: len(flat)] * flat).sum(axis=1) / np.linalg.norm(flat, axis=1)
    if not (cosines >= _MIN_COSINE).all():
        return "it gives other vectors for a picture in a larger batch"
    return ""
