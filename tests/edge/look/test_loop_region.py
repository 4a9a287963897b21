"""The part of a frame that the loop gives to the model, and the box that it reports."""

from pathlib import Path

import numpy as np
import pytest

from common import wire
from edge.look.featurizer import load_featurizer
from edge.look.loop import Loop
from edge.picture.crop import WHOLE, Box
from edge.picture.frame_types import Frame
from tests.edge.fakes import FakeCamera, FakePublisher
from tests.edge.kit import write_model


def halves() -> Frame:
    """A frame of 40 x 20 whose left half is black and whose right half is white."""
    frame = np.zeros((20, 40, 3), np.uint8)
    frame[:, 20:] = 255
    return frame


def observed(
    camera: FakeCamera, publisher: FakePublisher, path: Path, frame: Frame, *, region: Box
) -> wire.Observation:
    """The loop's observation of a frame."""
    featurizer = load_featurizer(str(path), threads=1, providers=["CPUExecutionProvider"])
    loop = Loop(camera, featurizer, publisher, max_fps=10, heartbeat_s=0, region=region)
    camera.see(frame)
    assert loop.turn()
    seen = wire.decode_observation(publisher.sent[-1][1], thing="cam-3", kind="features", received_at_s=0)
    assert seen is not None
    return seen


def mean_level(seen: wire.Observation) -> float:
    """The mean of the pixels that the kit's model was given."""
    return float(seen.vectors[0, 0] / seen.vectors[0, 3]) * 255


@pytest.mark.parametrize(
    ("region", "level", "box"),
    [
        (WHOLE, 127.5, (0.25, 0.5, 0.5, 0.25)),
        ((0.5, 0, 0.5, 1), 255, (0.625, 0.5, 0.25, 0.25)),
        ((0.1, 0.2, 0.2, 0.4), 0, (0.15, 0.4, 0.1, 0.1)),
    ],
)
def test_a_model_that_finds_gets_the_region_and_its_box_is_told_in_the_frame(
    camera: FakeCamera, publisher: FakePublisher, tmp_path: Path, region: Box, level: float, box: Box
) -> None:
    path = write_model(tmp_path / "finder.onnx", box=(0.25, 0.5, 0.5, 0.25))
    seen = observed(camera, publisher, path, halves(), region=region)
    assert mean_level(seen) == pytest.approx(level, abs=1.5)
    assert seen.box == pytest.approx(box, abs=1e-3)


@pytest.mark.parametrize(
    ("region", "level", "box"),
    [
        (WHOLE, 127.5, (0.25, 0, 0.5, 1)),
        ((0.5, 0, 0.5, 1), 255, (0.5, 0, 0.5, 1)),
        ((0.25, 0, 0.75, 0.5), 255, (0.5, 0, 0.25, 0.5)),  # 30 x 10 px, of which the middle 10 x 10
        ((0, 0, 0.25, 1), 0, (0, 0.25, 0.25, 0.5)),  # 10 x 20 px
    ],
)
def test_a_model_that_does_not_find_gets_the_centre_square_of_the_region(
    camera: FakeCamera, publisher: FakePublisher, model: Path, region: Box, level: float, box: Box
) -> None:
    seen = observed(camera, publisher, model, halves(), region=region)
    assert mean_level(seen) == pytest.approx(level, abs=1.5)
    assert seen.box == pytest.approx(box, abs=1e-3)
