"""The loop: what it publishes of which frames."""

from pathlib import Path

import numpy as np
import pytest

from common import wire
from edge.look.loop import Loop, load_model
from edge.picture.frame_types import Frame, Taken
from tests.edge.fakes import FakeCamera, FakeTransport
from tests.edge.kit import frame_of, grey

pytestmark = pytest.mark.usefixtures("transport")
AT_S = 1_800_000_000.5


def make_loop(camera: FakeCamera, model: Path, *, max_fps: float = 10, heartbeat_s: float = 2.0) -> Loop:
    return Loop(load_model(str(model)), taken=lambda: camera.taken, max_fps=max_fps, heartbeat_s=heartbeat_s)


def turn(loop: Loop, camera: FakeCamera, frame: Frame, *, after_s: float = 0, thing: str = "cam-3") -> None:
    camera.frames.append(frame)
    camera.taken = Taken(thing, AT_S + after_s)
    assert loop.turn()


def observed(transport: FakeTransport) -> list[wire.Observation]:
    """What was published."""
    found = []
    for topic, payload in transport.sent:
        thing, kind = wire.parse_topic(topic)
        assert kind == "features"
        seen = wire.decode_observation(payload, thing=thing, kind=kind, received_at_s=0)
        assert seen is not None
        found.append(seen)
    return found


def test_a_turn_publishes_what_the_frame_shows(
    camera: FakeCamera, transport: FakeTransport, model: Path
) -> None:
    loop = make_loop(camera, model)
    turn(loop, camera, grey(50))
    turn(loop, camera, grey(90, height=10, width=10))
    assert not loop.turn()
    seen = observed(transport)
    assert [(one.seq, frame_of(one.vectors[0])) for one in seen] == [(0, 5), (1, 9)]
    assert {(one.thing, one.captured_at_s) for one in seen} == {("cam-3", AT_S)}
    assert len({one.session for one in seen}) == 1


def test_a_still_scene_is_looked_at_now_and_then_and_said_to_be_still(
    camera: FakeCamera, transport: FakeTransport, model: Path
) -> None:
    loop = make_loop(camera, model)
    for tenth in range(100):
        turn(loop, camera, grey(50), after_s=tenth / 10)
    still = observed(transport)
    assert 11 + 3 <= len(still) <= 11 + 5
    assert [one.seq for one in still] == list(range(len(still)))
    assert still[0].still_s == 0
    for one in still:
        assert one.still_s == pytest.approx(one.captured_at_s - AT_S, abs=0.002)
    turn(loop, camera, grey(90), after_s=10.1)
    last = observed(transport)[-1]
    assert (frame_of(last.vectors[0]), last.still_s) == (9, 0)


def test_what_lies_outside_the_region_opens_no_gate(
    camera: FakeCamera, transport: FakeTransport, model: Path
) -> None:
    loop = Loop(
        load_model(str(model)),
        taken=lambda: camera.taken,
        max_fps=10,
        heartbeat_s=2,
        region=(0.5, 0, 0.5, 1),
    )
    for tenth in range(15):
        frame = grey(50)
        frame[:, :32] = 10 * tenth
        turn(loop, camera, frame, after_s=tenth / 10)
    assert len(observed(transport)) == 11


def test_several_cameras_have_a_session_and_a_gate_each(
    camera: FakeCamera, transport: FakeTransport, model: Path
) -> None:
    loop = make_loop(camera, model)
    for tenth in range(30):
        turn(loop, camera, grey(50), after_s=tenth / 10, thing="phone")
        turn(loop, camera, grey(8 * tenth + 9 * (tenth % 2)), after_s=tenth / 10, thing="door")
    seen = observed(transport)
    phone, door = ([one for one in seen if one.thing == thing] for thing in ("phone", "door"))
    assert len(door) == 30
    assert 11 <= len(phone) <= 13
    assert [one.seq for one in door] == list(range(30))
    assert len({one.session for one in door}) == len({one.session for one in phone}) == 1
    assert door[0].session != phone[0].session


def test_each_frame_is_offered_for_a_preview_also_when_it_is_not_sent(
    camera: FakeCamera, transport: FakeTransport, model: Path
) -> None:
    offered: list[tuple[str, Frame]] = []
    loop = Loop(
        load_model(str(model)),
        taken=lambda: camera.taken,
        max_fps=10,
        heartbeat_s=2,
        on_frame=lambda thing, frame: offered.append((thing, frame)),
    )
    for tenth in range(20):
        turn(loop, camera, grey(50), after_s=tenth / 10)
    assert len(offered) == 20 > len(transport.sent)
    assert {thing for thing, _ in offered} == {"cam-3"}
    np.testing.assert_array_equal(offered[0][1], grey(50))


def test_the_loop_keeps_to_its_rate(camera: FakeCamera, model: Path) -> None:
    loop = make_loop(camera, model, max_fps=50)
    camera.frames += [grey(level) for level in range(11)]
    turns: list[bool] = []
    loop.run(stopping=lambda: not camera.frames, on_turn=turns.append)
    assert turns == [True] * 11
