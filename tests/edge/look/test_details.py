"""Local features that the search asks for."""

from pathlib import Path

import numpy as np
import pytest

from common import wire
from common.local_points import decode_points
from edge.look.details import DetailsAsks
from edge.look.featurizer import load_featurizer
from edge.look.loop import Loop
from edge.picture.frame_types import Frame
from models.orb_points import OrbDescriber
from tests.edge.fakes import FakeCamera, FakePublisher
from tests.fakes import FakeClock
from tests.points import printed


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def asks(clock: FakeClock) -> DetailsAsks:
    return DetailsAsks(clock=clock)


@pytest.fixture
def loop(camera: FakeCamera, publisher: FakePublisher, model: Path, asks: DetailsAsks) -> Loop:
    """A loop that embeds a still scene every hour."""
    featurizer = load_featurizer(str(model), threads=1, providers=["CPUExecutionProvider"])
    return Loop(
        camera, featurizer, publisher, max_fps=10, heartbeat_s=3600, describer=OrbDescriber(), asks=asks
    )


def seen_by(
    loop: Loop, camera: FakeCamera, publisher: FakePublisher, frame: Frame, after_s: float
) -> list[str]:
    """Kinds of what a turn publishes."""
    before = len(publisher.sent)
    camera.see(frame, after_s=after_s)
    assert loop.turn()
    return [wire.parse_topic(topic)[1] for topic, _ in publisher.sent[before:]]


def test_an_ask_is_answered_by_the_next_frame_of_a_still_scene_once(
    camera: FakeCamera, publisher: FakePublisher, loop: Loop, asks: DetailsAsks
) -> None:
    frame = printed(1, height=360, width=640)
    for tenth in range(15):
        seen_by(loop, camera, publisher, frame, tenth / 10)
    assert seen_by(loop, camera, publisher, frame, 2.0) == []
    asks.ask("cam-3")
    assert seen_by(loop, camera, publisher, frame, 2.1) == ["details"]
    assert seen_by(loop, camera, publisher, frame, 2.2) == []
    last, before = (
        wire.decode_observation(payload, thing="cam-3", kind="details", received_at_s=0)
        for _, payload in publisher.sent[:-3:-1]
    )
    assert last is not None
    assert before is not None
    assert last.seq == (before.seq or 0) + 1
    assert last.local is not None
    assert len(decode_points(last.local)) > 200
    assert last.still_s == pytest.approx(2.1)
    np.testing.assert_allclose(last.vectors, before.vectors, atol=1e-6)


def test_no_frame_has_local_features_unasked(
    camera: FakeCamera, publisher: FakePublisher, loop: Loop
) -> None:
    assert seen_by(loop, camera, publisher, printed(1), 0) == ["features"]
    assert b'"local"' not in publisher.sent[0][1]


def test_the_ask_of_one_camera_is_not_anothers(
    camera: FakeCamera, publisher: FakePublisher, loop: Loop, asks: DetailsAsks
) -> None:
    asks.ask("other")
    assert seen_by(loop, camera, publisher, printed(1), 0) == ["features"]
    asks.ask("cam-3")
    assert seen_by(loop, camera, publisher, printed(2), 0.1) == ["details"]


def test_a_second_ask_within_a_second_is_ignored(asks: DetailsAsks, clock: FakeClock) -> None:
    asks.ask("cam-3")
    assert asks.due("cam-3")
    sent = []
    for _ in range(30):
        clock.now_s += 0.1
        asks.ask("cam-3")
        sent.append(asks.due("cam-3"))
    assert 2 <= sum(sent) <= 3
    assert not any(sent[:9])


def test_an_ask_that_no_frame_answered_in_time_is_dropped(asks: DetailsAsks, clock: FakeClock) -> None:
    asks.ask("cam-3")
    clock.now_s += 2.5
    assert not asks.due("cam-3")


def test_any_number_of_names_takes_bounded_memory(asks: DetailsAsks) -> None:
    for number in range(1000):
        asks.ask(f"cam-{number}")
    assert not asks.due("cam-0")
    assert asks.due("cam-999")
