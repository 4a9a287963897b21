"""Observed frames: kept for moments, small, and given by their number to whoever asks."""

import json
import logging

import pytest

from common.picture_stamp import Stamp, stamp_of
from edge.link import commands
from edge.picture.frame_types import Shot
from edge.picture.observed_frames import KEPT_S, NEWEST_KEPT_S, FrameRequest, ObservedFrames
from tests.edge.fakes import FakePublisher
from tests.edge.jpegs import shown
from tests.edge.kit import grey
from tests.fakes import FakeClock

SESSION = "0123abcd"
REPLY = "lookalike/cam-1/reply/01234567"


def keep(frames: ObservedFrames, seq: int, *, thing: str = "cam-1", level: int = 9, width: int = 64) -> Stamp:
    stamp = Stamp(SESSION, seq, 1_800_000_000.5 + seq)
    frames.keep(Shot(grey(level, height=width * 9 // 16, width=width), thing, stamp.captured_at_s), stamp)
    return stamp


def answer(
    frames: ObservedFrames, sending: FakePublisher, seq: int, *, thing: str = "cam-1", most: int = 500_000
) -> bytes:
    frames.ask(FrameRequest(thing, SESSION, seq, REPLY, most))
    frames.answer()
    topic, payload = sending.sent[-1]
    assert topic == REPLY
    return payload


def is_gone(payload: bytes, seq: int) -> bool:
    return bool(json.loads(payload) == {"refused": "that frame is gone", "session": SESSION, "seq": seq})


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def sending() -> FakePublisher:
    return FakePublisher()


@pytest.fixture
def frames(sending: FakePublisher, clock: FakeClock) -> ObservedFrames:
    return ObservedFrames(sending.publish, clock=clock)


def test_the_very_frame_is_given_with_its_stamp(frames: ObservedFrames, sending: FakePublisher) -> None:
    stamps = [keep(frames, seq, level=40 * seq, width=960) for seq in range(5)]
    keep(frames, 2, thing="cam-2", level=250)
    payload = answer(frames, sending, 2)
    assert stamp_of(payload) == stamps[2]
    assert shown(payload).shape == (270, 480, 3)
    assert abs(float(shown(payload).mean()) - 80) < 2
    assert is_gone(answer(frames, sending, 7), 7)


def test_frames_are_kept_for_moments_and_the_newest_of_a_camera_for_longer(
    frames: ObservedFrames, sending: FakePublisher, clock: FakeClock
) -> None:
    keep(frames, 0)
    keep(frames, 1)
    keep(frames, 0, thing="cam-2")
    clock.now_s += KEPT_S
    assert stamp_of(answer(frames, sending, 0))
    clock.now_s += 0.01
    assert is_gone(answer(frames, sending, 0), 0)
    assert stamp_of(answer(frames, sending, 1))
    assert stamp_of(answer(frames, sending, 0, thing="cam-2"))
    clock.now_s += NEWEST_KEPT_S
    assert is_gone(answer(frames, sending, 1), 1)


def test_memory_is_bounded_whatever_a_camera_sends(frames: ObservedFrames, sending: FakePublisher) -> None:
    for seq in range(60):
        keep(frames, seq, width=960)
    assert is_gone(answer(frames, sending, 0), 0)
    held = sum(stamp_of(answer(frames, sending, seq)) is not None for seq in range(60))
    assert 16e6 * 0.9 < held * 480 * 270 * 3 < 17e6


def test_an_answer_fits_the_links_message(sending: FakePublisher, clock: FakeClock) -> None:
    frames = ObservedFrames(sending.publish, clock=clock, most_bytes=lambda: 7000)
    keep(frames, 0, width=960)
    assert len(answer(frames, sending, 0)) <= 7000
    assert len(answer(frames, sending, 0, most=3000)) <= 3000


def test_where_pictures_are_switched_off_none_is_given(sending: FakePublisher, clock: FakeClock) -> None:
    frames = ObservedFrames(sending.publish, allowed=False, clock=clock)
    keep(frames, 0)
    assert "LOOKALIKE_PREVIEW=0" in json.loads(answer(frames, sending, 0))["refused"]


def test_a_request_that_waited_too_long_is_forgotten(
    frames: ObservedFrames, sending: FakePublisher, clock: FakeClock
) -> None:
    frames.ask(FrameRequest("cam-1", SESSION, 0, REPLY, 500_000))
    clock.now_s += 3.01
    frames.answer()
    assert sending.sent == []


def asked(**command: object) -> list[FrameRequest]:
    """The requests that a command to cam-1 makes."""
    found: list[FrameRequest] = []
    commands.receive(
        "lookalike/cam-1/command",
        json.dumps({"do": "picture", "reply": REPLY, **command}).encode(),
        on_watch=lambda _thing, _for_s: None,
        on_picture=found.append,
    )
    return found


def test_a_command_asks_for_a_frame() -> None:
    wanted = FrameRequest("cam-1", SESSION, 42, REPLY, 120_000)
    assert asked(session=SESSION, seq=42, max_bytes=120_000) == [wanted]


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ({"seq": 1}, "session is None; expected 8 of 0-9 a-f"),
        ({"session": "x", "seq": 1}, "session is 'x'"),
        ({"session": SESSION}, "seq is None; expected a whole number"),
        ({"session": SESSION, "seq": True}, "seq is True"),
        ({"session": SESSION, "seq": -1}, "seq is -1"),
        ({"session": SESSION, "seq": 1, "reply": "lookalike/cam-2/reply/01234567"}, "reply is"),
    ],
)
def test_a_command_that_names_no_frame_is_refused(
    command: dict[str, object], says: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert asked(**command) == []
    assert says in caplog.text
