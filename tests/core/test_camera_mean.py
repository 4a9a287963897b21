"""A camera's mean: what it takes, what it comes to, and when it is forgotten."""

import base64
import json
from dataclasses import replace

import numpy as np
import pytest

from common.wire import Vectors, unit
from services.core.camera_mean import (
    FIRST_SCENES,
    MOST_SCENES,
    CameraMean,
    SeenFrame,
    learned,
)
from tests.fakes import MODEL, OTHER_MODEL

DIM = 64


def scenes(count: int, *, place: int = 0, seed: int = 0) -> Vectors:
    """Unit vectors of different things before one camera, which have much in common."""
    middle = np.random.default_rng(1000 + place).normal(size=DIM)
    things = np.random.default_rng(seed).normal(size=(count, DIM))
    return unit((1.1 * middle + things).astype(np.float32))


def shipped() -> Vectors:
    return np.asarray(0.7 * scenes(200, place=99).mean(axis=0), np.float32)


def shown(frames: Vectors, mean: CameraMean | None = None, prior: Vectors | None = None) -> CameraMean:
    """The mean after these frames."""
    for frame in frames:
        mean = learned(mean, MODEL, frame[None], prior) or mean
    assert mean is not None
    return mean


def off(mean: Vectors | None, place: int = 0) -> float:
    """How far a mean lies from that of a place, in the length of the latter."""
    assert mean is not None
    true = scenes(2000, place=place, seed=7).mean(axis=0)
    return float(np.linalg.norm(mean - true) / np.linalg.norm(true))


@pytest.mark.parametrize("prior", [None, shipped()])
def test_the_mean_of_different_scenes_comes_to_the_cameras_own(prior: Vectors | None) -> None:
    some, many = shown(scenes(20), prior=prior), shown(scenes(300), prior=prior)
    assert off(many.mean(prior)) < 0.15
    assert off(many.mean(prior)) < off(some.mean(prior))


def test_a_still_scene_counts_once_however_long_it_is_seen() -> None:
    prior = shipped()
    (thing,) = scenes(1)
    noise = np.random.default_rng(3).normal(size=(500, DIM)) * 0.01
    mean = shown(unit((thing + noise).astype(np.float32)), prior=prior)
    assert mean.count == 1
    # Nearly all of it is still there when the mean is taken off.
    left = unit((thing - np.asarray(mean.mean(prior)))[None])[0]
    assert float(left @ unit((thing - prior)[None])[0]) > 0.99


def test_two_scenes_in_turn_count_once_each() -> None:
    mean = shown(np.tile(scenes(2), (100, 1)), prior=shipped())
    assert mean.count == 2


def test_a_mean_that_does_not_fit_any_more_is_forgotten_and_learned_again() -> None:
    prior = shipped()
    here = shown(scenes(150), prior=prior)
    moved = shown(scenes(25, place=5, seed=4), here, prior)
    assert moved.count <= 25
    assert off(moved.mean(prior), place=5) < off(here.mean(prior), place=5) / 2


def test_a_mean_that_fits_is_kept() -> None:
    prior = shipped()
    mean = None
    for seed in range(20):
        before = 0 if mean is None else mean.count
        mean = shown(scenes(30, seed=seed), mean, prior)
        assert mean.count > before or mean.count == MOST_SCENES


def test_old_scenes_fade() -> None:
    mean = shown(scenes(1000), prior=shipped())
    assert mean.count == MOST_SCENES
    assert np.linalg.norm(mean.total) <= MOST_SCENES


def test_without_a_shipped_mean_there_is_none_before_some_scenes() -> None:
    assert shown(scenes(FIRST_SCENES - 1)).mean(None) is None
    assert shown(scenes(FIRST_SCENES)).mean(None) is not None


def test_another_model_begins_again() -> None:
    mean = shown(scenes(50))
    new = learned(mean, OTHER_MODEL, scenes(1), None)
    wider = learned(mean, MODEL, unit(np.ones((1, DIM + 1), np.float32)), None)
    assert new is not None
    assert wider is not None
    assert (new.model, new.count, wider.count) == (OTHER_MODEL, 1, 1)


def test_vectors_without_a_direction_teach_nothing() -> None:
    mean = shown(scenes(5))
    for bad in ([[np.nan] * DIM], [[0.0] * DIM], [[1.0] * DIM, [-1.0] * DIM], [[np.inf] * DIM]):
        assert learned(mean, MODEL, np.array(bad, np.float32), None) is None
        assert learned(None, MODEL, np.array(bad, np.float32), None) is None


def test_a_scene_that_is_the_mean_itself_is_harmless() -> None:
    mean = shown(np.tile(scenes(1), (3, 1)))
    assert mean.count == 1
    assert np.isfinite(mean.total).all()


def test_it_is_read_as_it_was_written() -> None:
    mean = shown(scenes(30), prior=shipped())
    again = CameraMean.from_json(mean.to_json())
    assert again is not None
    assert again.to_json() == mean.to_json()
    np.testing.assert_array_equal(again.total, mean.total)


@pytest.mark.parametrize(
    "changes",
    [
        {"total": ""},
        {"total": "ä"},
        {"dim": 0},
        {"dim": "x"},
        {"count": 0},
        {"count": None},
        {"last": ""},
        {"recent": base64.b64encode(np.full(DIM, np.nan, "<f2").tobytes()).decode()},
    ],
)
def test_what_is_no_mean_counts_as_none(changes: dict[str, object]) -> None:
    fields = json.loads(shown(scenes(3)).to_json())
    assert CameraMean.from_json(json.dumps(fields | changes)) is None


@pytest.mark.parametrize("text", ["", "[]", "null", "{}"])
def test_another_text_counts_as_no_mean(text: str) -> None:
    assert CameraMean.from_json(text) is None


def test_a_seen_frame_is_read_nearly_as_it_was_written() -> None:
    frame = SeenFrame(1e9 + 0.125, scenes(1)[0], "mug 'ä'", "match", MODEL)
    again = SeenFrame.from_json(frame.to_json())
    assert float(again.vector @ frame.vector) > 0.999
    assert replace(again, vector=frame.vector) == frame
