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

from models.finder import MIDDLE, append_box
from models.network import Network
from models.nodes import Nodes
from models.pictures import checked_boxes, cut
from models.projection import STAGES, append_statistics
from models.training.paint import Floats, Picture
from models.training.photographs import pictures_in
from models.training.pools import CROP_PX, SHAPES
from models.training.workdir import create_array, read_arrays
from models.variants import BACKBONES, DEFAULT_VARIANT, LEVELS, Variant
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


def write_photograph_statistics(
    folder: Path, photographs: Path, heads: Path, variant: Variant, *, threads: int
) -> None:
    """Write the input of the variant's projection for photographs of things, a folder of `photographs` each.

    Of each photograph there are two rows, its found box and its middle: float32 [n, d], and int64 things [n].
    """
    session, size = _statistics_session(variant, threads), (variant.input_px, variant.input_px)
    find = _finder_session(LEVELS[DEFAULT_VARIANT].find_px, heads, threads)
    rows, things = [], []
    names: dict[str, int] = {}
    for path, picture in pictures_in(photographs):
        ((left, top, right, bottom),) = find.run(None, {"picture": picture[np.newaxis]})[0]
        found = np.array([[left, top, right - left, bottom - top]], np.float32)
        for box in (checked_boxes(found, 1)[0], _middle(picture)):
            crop = _letterboxed(cut(picture, box), size)
            rows.append(session.run(["statistics"], {"picture": _channels_first(crop[np.newaxis])})[0][0])
            things.append(names.setdefault(path.parent.name, len(names)))
    np.save(folder / "statistics.npy", np.array(rows, np.float32))
    np.save(folder / "things.npy", np.array(things, np.int64))


def _middle(picture: Picture) -> Floats:
    """Three quarters of the picture's largest square: left, top, width and height as shares."""
    size = np.array(picture.shape[1::-1])
    share = MIDDLE * size.min() / size
    return np.concatenate([(1 - share) / 2, share]).astype(np.float32)


def _letterboxed(crop: Picture, size: tuple[int, int]) -> Picture:
    """The crop resized with its aspect kept, centred on its repeated edges, as the model does it."""
    height, width = crop.shape[:2]
    scale = size[0] / max(height, width)
    wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    smooth = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    resized = cv2.resize(crop, (wide, high), interpolation=smooth)
    left, top = (size[0] - wide) // 2, (size[1] - high) // 2
    sides = (top, size[1] - high - top, left, size[0] - wide - left)
    return np.asarray(cv2.copyMakeBorder(resized, *sides, cv2.BORDER_REPLICATE), np.uint8)


def _finder_session(area_px: int, heads: Path, threads: int) -> Any:
    """Frames uint8 [1, height, width, 3] to the sides of the thing, by newly learned heads."""
    nodes = Nodes()
    with np.load(heads, allow_pickle=False) as file:
        tensors = {key: file[key].astype(np.float32) for key in file.files}
    box = append_box(
        nodes,
        "picture",
        area_px=area_px,
        backbone=load_weights(_FINDER),
        repeats=_FINDER.repeats,
        heads=tensors,
    )
    frame = helper.make_tensor_value_info("picture", TensorProto.UINT8, ["batch", "height", "width", 3])
    return _session(nodes, [box], threads, given=frame)


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


def _session(nodes: Nodes, outputs: Sequence[str], threads: int, *, given: Any = None) -> Any:
    used = {name for node in nodes.nodes for name in node.input}
    prepared = helper.make_tensor_value_info("picture", TensorProto.FLOAT, ["batch", 3, "height", "width"])
    graph = helper.make_graph(
        nodes.nodes,
        "features",
        [given or prepared],
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
