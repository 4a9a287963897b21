"""The loop: its observations of frames."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from common import wire
from common.picture_stamp import Stamp
from edge.look.codes import CodeReader
from edge.look.featurizer import load_featurizer
from edge.look.loop import Loop
from edge.picture.frame_types import Frame, Shot
from edge.picture.opencv_codes import OpenCvCodes
from tests.edge.fakes import FakeCamera, FakePublisher
from tests.edge.kit import frame_of, grey
from tests.printed_codes import desk, ean, put

AT_S = 1_800_000_000.5


def make_loop(camera: FakeCamera, publisher: FakePublisher, model: Path, **options: Any) -> Loop:
    """A loop of ten frames a second that embeds a still scene every 2 s."""
    featurizer = load_featurizer(str(model), threads=1, providers=["CPUExecutionProvider"])
    return Loop(camera, featurizer, publisher, **({"max_fps": 10, "heartbeat_s": 2.0} | options))


def turn(loop: Loop, camera: FakeCamera, frame: Frame, *, after_s: float = 0, thing: str = "cam-3") -> None:
    camera.see(frame, thing=thing, after_s=after_s)
    assert loop.turn()


def observed(publisher: FakePublisher) -> list[wire.Observation]:
    """Published observations."""
    found = []
    for topic, payload in publisher.sent:
        thing, kind = wire.parse_topic(topic)
        assert kind == "features"
        seen = wire.decode_observation(payload, thing=thing, kind=kind, received_at_s=0)
        assert seen is not None
        found.append(seen)
    return found


def test_a_turn_publishes_what_the_frame_shows(
    camera: FakeCamera, publisher: FakePublisher, model: Path
) -> None:
    loop = make_loop(camera, publisher, model)
    turn(loop, camera, grey(50))
    turn(loop, camera, grey(90, height=10, width=10))
    assert not loop.turn()
    seen = observed(publisher)
    assert [(one.seq, frame_of(one.vectors[0])) for one in seen] == [(0, 5), (1, 9)]
    assert {(one.thing, one.captured_at_s) for one in seen} == {("cam-3", AT_S)}
    assert len({one.session for one in seen}) == 1


def test_a_still_scene_is_looked_at_now_and_then_and_said_to_be_still(
    camera: FakeCamera, publisher: FakePublisher, model: Path
) -> None:
    loop = make_loop(camera, publisher, model)
    for tenth in range(100):
        turn(loop, camera, grey(50), after_s=tenth / 10)
    still = observed(publisher)
    assert 11 + 3 <= len(still) <= 11 + 5
    assert [one.seq for one in still] == list(range(len(still)))
    assert still[0].still_s == 0
    for one in still:
        assert one.still_s == pytest.approx(one.captured_at_s - AT_S, abs=0.002)
    turn(loop, camera, grey(90), after_s=10.1)
    last = observed(publisher)[-1]
    assert (frame_of(last.vectors[0]), last.still_s) == (9, 0)


def test_what_lies_outside_the_region_opens_no_gate(
    camera: FakeCamera, publisher: FakePublisher, model: Path
) -> None:
    loop = make_loop(camera, publisher, model, region=(0.5, 0, 0.5, 1))
    for tenth in range(15):
        frame = grey(50)
        frame[:, :32] = 10 * tenth
        turn(loop, camera, frame, after_s=tenth / 10)
    assert len(observed(publisher)) == 11


def test_several_cameras_have_a_session_and_a_gate_each(
    camera: FakeCamera, publisher: FakePublisher, model: Path
) -> None:
    loop = make_loop(camera, publisher, model)
    for tenth in range(30):
        turn(loop, camera, grey(50), after_s=tenth / 10, thing="phone")
        turn(loop, camera, grey(8 * tenth + 9 * (tenth % 2)), after_s=tenth / 10, thing="door")
    seen = observed(publisher)
    phone, door = ([one for one in seen if one.thing == thing] for thing in ("phone", "door"))
    assert len(door) == 30
    assert 11 <= len(phone) <= 13
    assert [one.seq for one in door] == list(range(30))
    assert len({one.session for one in door}) == len({one.session for one in phone}) == 1
    assert door[0].session != phone[0].session


def test_each_frame_is_offered_for_a_preview_also_when_it_is_not_sent(
    camera: FakeCamera, publisher: FakePublisher, model: Path
) -> None:
    offered: list[Shot] = []
    stamps: list[Stamp] = []

    def offer(shot: Shot, stamp: Stamp) -> None:
        offered.append(shot)
        stamps.append(stamp)

    loop = make_loop(camera, publisher, model, on_shot=offer)
    for tenth in range(20):
        turn(loop, camera, grey(50), after_s=tenth / 10)
    assert len(offered) == 20 > len(publisher.sent)
    assert {shot.thing for shot in offered} == {"cam-3"}
    np.testing.assert_array_equal(offered[0].frame, grey(50))
    seen = observed(publisher)
    assert [(stamp.session, stamp.captured_at_s) for stamp in stamps] == [
        (seen[0].session, shot.captured_at_s) for shot in offered
    ]
    # Those that are observed have the observation's number, the others none.
    assert [stamp.seq for stamp in stamps if stamp.seq is not None] == [one.seq for one in seen]
    assert {one.captured_at_s for one in seen} == {
        stamp.captured_at_s for stamp in stamps if stamp.seq is not None
    }


def test_a_rule_of_aws_iot_gets_observations_directly(
    camera: FakeCamera, publisher: FakePublisher, model: Path
) -> None:
    loop = make_loop(camera, publisher, model, iot_rule="shop_features")
    turn(loop, camera, grey(50))
    ((topic, _),) = publisher.sent
    assert topic == "$aws/rules/shop_features/lookalike/cam-3/features"


def test_the_loop_goes_on_until_it_is_stopped(
    camera: FakeCamera, publisher: FakePublisher, model: Path
) -> None:
    loop = make_loop(camera, publisher, model, max_fps=50)
    camera.see(*[grey(10 * level) for level in range(11)])
    loop.run(stopping=lambda: not camera.shots)
    assert [frame_of(seen.vectors[0]) for seen in observed(publisher)] == list(range(11))


def test_codes_are_read_on_what_is_looked_at_and_told_as_places_of_the_frame(
    camera: FakeCamera, publisher: FakePublisher, model: Path
) -> None:
    reader = CodeReader(OpenCvCodes(), share=1.0)
    loop = make_loop(camera, publisher, model, region=(0.5, 0, 0.5, 1), codes=reader)
    shown = put(desk(), ean("4006381333931", module_px=2), left=100, top=200)
    turn(loop, camera, put(shown, ean("40063812"), left=760, top=300))
    (seen,) = observed(publisher)
    ((kind, text, (left, top, width, height)),) = [(code.kind, code.text, code.box) for code in seen.codes]
    assert (kind, text) == ("ean_8", "40063812")
    assert 760 / 1280 < left < left + width < 0.9
    assert 300 / 720 < top < top + height < 0.75
    assert seen.timings_ms["codes"] > 0


def test_without_a_reader_there_are_no_codes_in_the_message(
    camera: FakeCamera, publisher: FakePublisher, model: Path
) -> None:
    turn(make_loop(camera, publisher, model), camera, put(desk(), ean("40063812"), left=500, top=300))
    assert b"codes" not in publisher.sent[0][1]
