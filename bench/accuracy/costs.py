"""CPU time of a frame, of a second look and of an import, beside bare passes of the same network."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.accuracy.labelled_sets import SAMPLES, read_frame
from bench.accuracy.measure import search
from bench.accuracy.product import Product
from edge.picture.crop import given_to_model
from models.featurizer import OnnxFeaturizer
from models.locate import resolve
from models.variants import BACKBONES, LEVELS
from services.bootstrap.importing import build_maker
from services.core.catalogue.items import Draft
from services.core.importing.item_maker import Job, Made

PASSES, IMPORTED = 30, 12
_WIDTH, _HEIGHT = 1280, 720


@dataclass(frozen=True, slots=True)
class Costs:
    """Milliseconds of CPU time, and the passes of the bare network that take as long."""

    bare_ms: float
    frame_ms: float
    search_ms: float
    second_look_ms: float
    item_ms: float

    def __str__(self) -> str:
        frame, item = self.frame_ms / self.bare_ms, self.item_ms / self.bare_ms
        return (
            f"a frame {self.frame_ms:.1f} ms, {frame:.2f} times a bare pass ({self.bare_ms:.1f} ms); "
            f"its search {self.search_ms:.1f} ms, a second look {self.second_look_ms:.1f} ms more; "
            f"an import of an item {self.item_ms:.1f} ms, {item:.1f} bare passes"
        )


def measure_costs(product: Product, model: str) -> Costs:
    """Measure on the sample pictures, each laid into a frame of 1280x720; a catalogue is imported before."""
    pictures = sorted((SAMPLES / "pictures").iterdir())
    frames = [_in_frame(read_frame(path)) for path in pictures[:PASSES]]
    featurizer = product.featurizer.model
    frame_ms = _median_ms([lambda f=frame: _look(featurizer, f) for frame in frames])  # type: ignore[misc]
    for frame in frames:
        search(product, frame)  # from now on vectors are remembered
    plain_ms = _median_ms([lambda f=frame: search(product, f, local=False) for frame in frames])  # type: ignore[misc]
    looked_ms = _median_ms([lambda f=frame: search(product, f) for frame in frames])  # type: ignore[misc]
    return Costs(
        bare_ms=bare_ms(model),
        frame_ms=frame_ms,
        search_ms=plain_ms,
        second_look_ms=looked_ms - plain_ms,
        item_ms=_item_ms(featurizer, pictures[:IMPORTED]),
    )


def bare_ms(model: str) -> float:
    """One pass of the model's bare network, over a picture that needs no resizing."""
    level = LEVELS.get(model)
    bare = next((name for name, each in BACKBONES.items() if level and each.package == level.package), model)
    side = BACKBONES[bare].input_px if bare in BACKBONES else 224
    featurizer = OnnxFeaturizer(resolve(bare, build=True), threads=1)
    noise = np.random.default_rng(0).integers(0, 256, (PASSES, side, side, 3), np.uint8)
    return _median_ms([lambda p=picture: featurizer.embed([p]) for picture in noise])  # type: ignore[misc]


def _item_ms(featurizer: OnnxFeaturizer, pictures: list[Path]) -> float:
    """The import's maker, its threads included."""
    maker = build_maker(featurizer, threads=1)
    jobs = [Job(path.name, Draft(path.stem, path.stem), lambda p=path: [p.read_bytes()]) for path in pictures]  # type: ignore[misc]
    began_s = time.process_time()
    made = list(maker.make_all(jobs))
    assert all(isinstance(each, Made) for each in made), made
    return 1000 * (time.process_time() - began_s) / len(pictures)


def _look(featurizer: OnnxFeaturizer, frame: NDArray[np.uint8]) -> None:
    featurizer.look([given_to_model(frame, finds=featurizer.finds)[0]])


def _in_frame(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    frame: NDArray[np.uint8] = np.full((_HEIGHT, _WIDTH, 3), 128, np.uint8)
    height, width = picture.shape[:2]
    top, left = (_HEIGHT - height) // 2, (_WIDTH - width) // 2
    frame[top : top + height, left : left + width] = picture
    return frame


def _median_ms(calls: list[Callable[[], object]]) -> float:
    spent_s = []
    for call in calls:
        began_s = time.process_time()
        call()
        spent_s.append(time.process_time() - began_s)
    return 1000 * float(np.median(spent_s))
