"""Frames that the gate lets pass."""

from itertools import pairwise

import cv2
import numpy as np
import pytest

from edge.look.gate import SETTLE_S, Gate
from edge.picture.frame_types import Frame

HEARTBEAT_S = 2.0
STEP_S = 0.1
SIZES = [(360, 640), (1080, 1920), (10, 7)]


def scene(height: int = 360, width: int = 640) -> Frame:
    """A picture with edges and shades, of even brightness overall."""
    rough = np.random.default_rng(5).integers(40, 215, (6, 9, 3), np.uint8)
    return cv2.resize(rough, (width, height), interpolation=cv2.INTER_NEAREST).astype(np.uint8)


def noisy(frame: Frame, seed: int, *, deviation: float = 8.0) -> Frame:
    noise = np.random.default_rng(seed).normal(0, deviation, frame.shape)
    return np.clip(frame + noise, 0, 255).astype(np.uint8)


def with_item(frame: Frame, *, left: float = 0.4, colour: tuple[int, int, int] = (250, 250, 250)) -> Frame:
    """The picture with a thing in it, a tenth of its width and height."""
    height, width = frame.shape[:2]
    changed = frame.copy()
    top, right = int(0.5 * height), int((left + 0.1) * width)
    changed[top : int(0.6 * height), int(left * width) : right] = colour
    return changed


def passing(frames: list[Frame], *, gate: Gate | None = None) -> list[int]:
    """Indices of the frames that pass, taken a tenth of a second apart."""
    gate = gate or Gate(heartbeat_s=HEARTBEAT_S)
    return [index for index, frame in enumerate(frames) if gate.passes(frame, at_s=1e9 + index * STEP_S)]


def settled(frame: Frame) -> Gate:
    """A gate that has settled on a picture, and passed its last frame 50 s ago."""
    gate = Gate(heartbeat_s=1e6)
    for at_s in np.arange(1e9 - 60, 1e9 - 50, STEP_S):
        gate.passes(frame, at_s=float(at_s))
    return gate


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_a_still_scene_passes_until_it_has_settled_and_then_as_a_heartbeat(height: int, width: int) -> None:
    passed = passing([scene(height, width)] * 100)
    first = round(SETTLE_S / STEP_S)
    assert passed[: first + 1] == list(range(first + 1))
    later = passed[first:]
    assert 3 <= len(later) <= 6
    waits = {after - before for before, after in pairwise(later)}
    assert waits <= {round(HEARTBEAT_S / STEP_S), round(HEARTBEAT_S / STEP_S) + 1}


def test_a_camera_s_noise_is_no_change() -> None:
    still = passing([noisy(scene(), seed) for seed in range(100)])
    assert still == passing([scene()] * 100)


@pytest.mark.parametrize(("height", "width"), SIZES[:2])
def test_a_thing_that_comes_goes_or_moves_passes_at_once(height: int, width: int) -> None:
    empty = scene(height, width)
    here, there = with_item(empty), with_item(empty, left=0.43)
    for before, after in [(empty, here), (here, empty), (here, there)]:
        gate = settled(before)
        assert not gate.passes(before, at_s=1e9)
        assert gate.passes(after, at_s=1e9 + STEP_S)
        assert gate.still_s(1e9 + STEP_S) == 0


def test_a_thing_of_another_colour_and_the_same_brightness_passes() -> None:
    green, magenta = (60, 170, 60), (170, 92, 170)
    both = np.array([[green, magenta]], np.uint8)
    assert np.ptp(cv2.cvtColor(both, cv2.COLOR_BGR2GRAY)) <= 2
    gate = settled(with_item(scene(), colour=green))
    assert gate.passes(with_item(scene(), colour=magenta), at_s=1e9)


def test_slow_changes_add_up() -> None:
    gate = settled(scene())
    brighter = [np.clip(scene().astype(int) + level, 0, 255).astype(np.uint8) for level in range(30)]
    passed = passing(brighter, gate=gate)
    assert passed
    assert 5 < passed[0] < 15


def test_how_long_the_scene_has_been_still() -> None:
    gate = Gate(heartbeat_s=HEARTBEAT_S)
    gate.passes(scene(), at_s=100.0)
    gate.passes(scene(), at_s=107.5)
    assert gate.still_s(107.5) == 7.5


def test_a_clock_that_is_set_back_does_not_silence_it() -> None:
    gate = settled(scene())
    assert gate.passes(scene(), at_s=5e8)


def test_without_a_heartbeat_all_pass() -> None:
    assert passing([scene()] * 50, gate=Gate(heartbeat_s=0)) == list(range(50))
