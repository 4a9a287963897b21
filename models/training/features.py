"""Frozen features: the networks' output for the pictures; their own weights are not trained here."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import TensorProto, helper

from models.network import Network
from models.nodes import Nodes
from models.projection import STAGES, append_statistics
from models.training.paint import Floats, Picture
from models.training.pools import CROP_PX, SHAPES
from models.training.workdir import create_array, read_arrays
from models.variants import BACKBONES, Variant
from models.weights import load_weights

_FINDER = BACKBONES["lite0"]
_MAPS = [f"stage{index}" for index in STAGES]
_BATCH = 16


def write_maps(folder: Path, frames: Path, *, threads: int) -> None:
    """Write the finder heads' input maps, float16, with masks and boxes, a folder a shape.

    The first shape's frames count twice: as they are, and mirrored.
    """
    session = _maps_session(threads)
    for name in [*(shape.name for shape in SHAPES), "held_out"]:
        arrays = read_arrays(frames / name)
        pictures, masks, boxes = [[arrays[key]] for key in ("pictures", "visible", "boxes")]
        if name == SHAPES[0].name:
            pictures.append(pictures[0][:, :, ::-1])
            masks.append(masks[0][:, :, ::-1])
            boxes.append(np.array([1, 0, 1, 0], np.float32) + boxes[0][:, [2, 1, 0, 3]] * [-1, 1, -1, 1])
        count = sum(map(len, pictures))
        create_array(folder / name / "visible.npy", (count, *masks[0].shape[1:]), np.uint8)[:] = (
            np.concatenate(masks)
        )
        create_array(folder / name / "boxes.npy", (count, 4), np.float32)[:] = np.concatenate(boxes)
        _write_stages(folder / name, session, pictures, count)


def _write_stages(folder: Path, session: Any, pictures: Sequence[Picture], count: int) -> None:
    written: list[NDArray[Any]] = []
    row = 0
    for batch in chain.from_iterable(map(_batches, pictures)):
        maps = session.run(_MAPS, {"picture": _channels_first(batch)})
        if not written:
            written = [
                create_array(folder / f"{name}.npy", (count, *each.shape[1:]), np.float16)
                for name, each in zip(_MAPS, maps, strict=True)
            ]
        for array, each in zip(written, maps, strict=True):
            array[row : row + len(batch)] = each
        row += len(batch)


def write_statistics(folder: Path, crops: Path, variant: Variant, *, threads: int) -> None:
    """Write the input of the variant's projection, float32 [items, views, d], for each crop of a pool."""
    session = _statistics_session(variant, threads)
    pool = read_arrays(crops)["crops"]
    items, views = pool.shape[:2]
    rows = []
    for batch in _batches(pool.reshape(items * views, CROP_PX, CROP_PX, 3)):
        size = (variant.input_px, variant.input_px)
        resized = np.stack([cv2.resize(crop, size, interpolation=cv2.INTER_LINEAR) for crop in batch])
        rows.append(session.run(["statistics"], {"picture": _channels_first(resized)})[0])
    statistics: Floats = np.concatenate(rows).reshape(items, views, -1)
    np.save(folder / "statistics.npy", statistics)


def _maps_session(threads: int) -> Any:
    nodes = Nodes()
    # All frames have sides that are multiples of 32, as `input_px` is: so the padding is the same.
    network = Network(nodes, load_weights(_FINDER), _FINDER.input_px)
    ends = network.stages("picture", _FINDER.repeats)
    for index, name in zip(STAGES, _MAPS, strict=True):
        nodes.add("Identity", name, ends[index])
    return _session(nodes, _MAPS, threads)


def _statistics_session(variant: Variant, threads: int) -> Any:
    nodes = Nodes()
    network = Network(nodes, load_weights(variant), variant.input_px)
    ends = network.stages("picture", variant.repeats)
    # The model's own nodes up to the projection, which is so trained on its later input.
    append_statistics(nodes, [ends[index] for index in STAGES], network.head(ends[-1]))
    return _session(nodes, ["statistics"], threads)


def _session(nodes: Nodes, outputs: Sequence[str], threads: int) -> Any:
    used = {name for node in nodes.nodes for name in node.input}
    graph = helper.make_graph(
        nodes.nodes,
        "features",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["batch", 3, "height", "width"])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [tensor for name, tensor in nodes.constants.items() if name in used],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    return ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def _batches(pictures: Picture) -> Iterator[Picture]:
    for first in range(0, len(pictures), _BATCH):
        yield pictures[first : first + _BATCH]


def _channels_first(pictures: Picture) -> Floats:
    return np.ascontiguousarray(pictures.transpose(0, 3, 1, 2), np.float32)
