"""The usual scene of a camera, and the history without it."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from services.core.history.log import ShowingLog
from services.core.history.usual_scene import Seen, UsualScene
from services.core.scene_marks import BITS
from tests.fake_history import record


def mark(name: str, *, frame: int = 0, changed: int = 12) -> int:
    """The mark of a scene; each frame of it has other bits changed."""
    bits = random.Random(name).getrandbits(BITS)
    for place in random.Random(f"{name} {frame}").sample(range(BITS), changed):
        bits ^= 1 << place
    return bits


class Camera:
    """A camera that shows one scene after another, five frames a second."""

    def __init__(self) -> None:
        self.usual, self.now_s, self.frames = UsualScene(), 0.0, 0

    def sees(self, *names: str, frames: int = 8) -> list[bool]:
        """Whether each scene was the usual one in its last frame; items of the catalogue are in capitals."""
        return [[self.frame(name) for _ in range(frames)][-1] for name in names]

    def frame(self, name: str, **options: int) -> bool:
        self.now_s += 0.2
        self.frames += 1
        seen: Seen = name if name.isupper() else mark(name, frame=self.frames, **options)
        return self.usual.take(seen, self.now_s)


def test_what_a_camera_comes_back_to_after_different_things_is_usual() -> None:
    camera = Camera()
    assert camera.sees("desk", "MUG", "desk", "toy", "desk") == [False, False, False, False, True]
    assert camera.sees("VASE", "desk", "another toy", "desk", "toy") == [False, True, False, True, False]
    # From its first frame on.
    assert camera.frame("desk")


def test_an_unknown_thing_is_not_however_often_it_is_shown() -> None:
    camera = Camera()
    shown = camera.sees(*["desk", "toy"] * 20)
    assert not any(shown[1::2])
    shown = camera.sees(*["desk", "MUG", "desk", "toy", "desk", "VASE"] * 10)
    assert not any(shown[3::6])
    assert all(shown[6::2])


def test_a_thing_that_comes_after_few_others_is_not_taken_for_a_desk_out_of_sight() -> None:
    camera = Camera()
    assert not any(camera.sees(*["MUG", "toy"] * 20))
    assert not any(camera.sees("MUG", "toy", *(f"THING {n}" for n in range(20)), "toy"))


def test_what_moves_is_no_scene() -> None:
    camera = Camera()
    for number in range(30):
        camera.sees("MUG" if number % 2 else "VASE")
        # A hand goes through the picture in the same way.
        assert not camera.sees("hand", frames=2)[0]


def test_slow_light_is_followed_and_a_camera_that_was_moved_learns_again() -> None:
    camera = Camera()
    camera.sees("desk", "MUG", "desk", "toy", "desk")
    bits = mark("desk", changed=0)
    for place in range(0, 200, 2):
        camera.now_s += 40
        bits ^= 1 << place
        assert camera.usual.take(bits, camera.now_s)
        assert camera.usual.take(bits, camera.now_s + 1)
    assert not camera.frame("desk")
    assert camera.sees("shelf", "MUG", "shelf", "VASE", "shelf") == [False] * 4 + [True]


def test_a_desk_that_is_not_seen_any_more_is_forgotten() -> None:
    camera = Camera()
    assert camera.sees("desk", "MUG", "desk", "VASE", "desk")[-1]
    camera.sees(*["MUG", "VASE"] * 8)
    assert not camera.frame("desk")


def test_it_goes_on_where_another_process_left_off() -> None:
    camera = Camera()
    camera.sees("desk", "MUG", "desk", "toy", "desk", "VASE")
    for name in ["desk", "MUG", "desk", "toy"]:
        for _ in range(8):
            camera.usual = UsualScene.from_json(json.loads(json.dumps(camera.usual.to_json())))
            found = camera.frame(name)
        assert found == (name == "desk")


class History:
    """What is told of a camera that shows scenes of five seconds each, five frames a second."""

    def __init__(self, verdict: str) -> None:
        self.log, self.verdict, self.names = ShowingLog(), verdict, [""]

    def shows(self, *names: str) -> list[tuple[str, str]]:
        """What is told, by the name of what is seen when a showing begins."""
        told: list[tuple[str, str]] = []
        for name in (name for name in names for _ in range(25)):
            changes = self.log.take(self.record(name))
            told += [(self.names[shown.id], change) for shown, change in changes]
        return told

    def record(self, name: str) -> dict[str, Any]:
        """The next record."""
        number = len(self.names)
        self.names.append(name)
        if name.isupper():
            return record(number, number * 0.2, name.lower())
        marked = {"scene": f"{mark(name, frame=number):064x}"}
        return record(number, number * 0.2, "dust", self.verdict, **marked)


@pytest.mark.parametrize("verdict", ["no_match", "unsure"])
def test_the_history_keeps_the_first_desks_and_each_unknown_thing(verdict: str) -> None:
    history = History(verdict)
    first = history.shows("desk", "MUG", "desk", "VASE", "desk")
    assert [name for name, change in first if change == "begun"] == ["desk", "MUG", "desk", "VASE"]
    told = history.shows("toy", "desk", "MUG", "desk", "another toy", "VASE", "desk")
    shown = ["toy", "MUG", "another toy", "VASE"]
    assert told == [(name, change) for name in shown for change in ("begun", "ended")]
    # Neither while it is seen nor when it has gone.
    assert history.log.moved() == []
    assert history.log.passed(4e9) == []


def test_a_record_of_before_teaches_what_is_usual_and_tells_nothing() -> None:
    history = History("no_match")
    for name in (name for name in ["desk", "MUG", "desk", "VASE", "desk"] for _ in range(5)):
        history.log.look_back(history.record(name))
    assert history.shows("desk", "MUG", "desk") == [("MUG", "begun"), ("MUG", "ended")]
