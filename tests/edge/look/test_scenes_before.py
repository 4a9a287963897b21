"""The box of a thing by what changed against the scene before it."""

import numpy as np
import pytest

from edge.look.change import change_of, small_of, thing_box
from edge.look.scenes_before import ScenesBefore
from edge.picture.crop import Box
from edge.picture.frame_types import Frame

RNG = np.random.default_rng(0)
DESK = RNG.integers(40, 160, (9, 16, 3)).repeat(20, axis=0).repeat(20, axis=1).astype(np.uint8)
# 320 x 180 pixels: a thing, and an arm that holds it.
THING: Box = (0.25, 0.25, 0.25, 0.5)


def scene(*boxes: Box, gain: float = 1.0, colour: int = 255) -> Frame:
    """The desk with bright parts, seen by a camera with noise."""
    frame = DESK.astype(float)
    for left, top, width, height in boxes:
        rows = slice(round(top * 180), round((top + height) * 180))
        frame[rows, round(left * 320) : round((left + width) * 320)] = colour
    noise = np.random.default_rng(len(boxes)).normal(0, 3, frame.shape)
    return np.clip(frame * gain + noise, 0, 255).astype(np.uint8)


ARM: Box = (0.3, 0.6, 0.15, 0.4)
HELD = scene(THING, ARM)


def boxed(found: Box, before: Frame, now: Frame) -> Box:
    return thing_box(found, change_of(small_of(before), small_of(now)))


@pytest.mark.parametrize("found", [(0.1, 0.1, 0.8, 0.8), (0.7, 0.1, 0.2, 0.2), THING])
@pytest.mark.parametrize("gain", [0.9, 1.0, 1.1])
def test_what_stands_free_on_the_desk_is_the_thing_whatever_the_model_found(found: Box, gain: float) -> None:
    assert boxed(found, scene(gain=gain), scene(THING)) == pytest.approx(THING, abs=0.05)


def test_of_a_thing_with_an_arm_the_found_part_is_trimmed_to_what_changed() -> None:
    found = (0.1, 0.1, 0.6, 0.6)
    assert boxed(found, scene(), HELD) == pytest.approx((0.25, 0.25, 0.25, 0.45), abs=0.05)


def test_where_the_model_missed_a_thing_with_an_arm_the_change_is_taken() -> None:
    assert boxed((0.7, 0.1, 0.2, 0.2), scene(), HELD) == pytest.approx((0.25, 0.25, 0.25, 0.75), abs=0.05)


@pytest.mark.parametrize(
    "now", [scene(), scene(gain=0.8), scene((0.0, 0.0, 1.0, 0.9), colour=0), scene((0.5, 0.5, 0.03, 0.03))]
)
def test_without_a_change_or_with_one_of_everything_the_models_box_stays(now: Frame) -> None:
    assert boxed(THING, scene(), now) == THING


# A lamp's light on the right of the desk, warm.
LAMP = np.array([0.7, 1.0, 1.5]) ** (0.3 + np.linspace(-0.5, 1, 320)[None, :, None] ** 2)


def lit(frame: Frame) -> Frame:
    return np.clip(frame * LAMP, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("found", [(0.1, 0.1, 0.8, 0.8), (0.7, 0.1, 0.2, 0.2)])
def test_a_lamp_that_is_switched_on_is_no_change_but_the_thing_is(found: Box) -> None:
    assert boxed(found, scene(), lit(scene(THING))) == pytest.approx(THING, abs=0.05)
    assert boxed(found, lit(scene()), scene(THING)) == pytest.approx(THING, abs=0.05)
    assert boxed(found, scene(), lit(scene())) == found


def test_another_desk_is_no_change() -> None:
    other = DESK[::-1, ::-1].copy()
    assert boxed(THING, scene(), other) == THING


def seen(*stills: tuple[Frame, float]) -> ScenesBefore:
    """What a camera remembers of scenes, each shown for some seconds at ten frames a second."""
    scenes, at_s = ScenesBefore(), 1000.0
    for frame, for_s in stills:
        for _ in range(round(for_s * 10)):
            scenes.take("cam-1", frame, at_s)
            at_s += 0.1
    return scenes


TURNED = scene((0.3, 0.2, 0.2, 0.55), ARM)


@pytest.mark.parametrize(
    "stills",
    [
        ((scene(), 2.0), (HELD, 0.3)),
        ((scene(), 2.0), (HELD, 3.0)),
        ((scene(), 2.0), (HELD, 3.0), (TURNED, 0.2), (HELD, 0.2)),
        ((TURNED, 2.0), (scene(), 2.0), (HELD, 2.0), (TURNED, 2.0), (HELD, 0.1)),
    ],
)
def test_the_scene_before_is_the_still_one_that_differs_most(stills: tuple[tuple[Frame, float], ...]) -> None:
    change = seen(*stills).change("cam-1", HELD)
    expected = change_of(small_of(scene()), small_of(HELD))
    assert change is not None
    assert expected is not None
    assert change.box == expected.box


@pytest.mark.parametrize("stills", [(), ((HELD, 5.0),), ((scene(), 0.3), (HELD, 2.0))])
def test_without_a_still_scene_before_there_is_no_change(stills: tuple[tuple[Frame, float], ...]) -> None:
    scenes = seen(*stills)
    assert scenes.change("cam-1", HELD) is None
    assert scenes.change("cam-2", HELD) is None
