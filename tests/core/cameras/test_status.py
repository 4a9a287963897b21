"""The states of cameras, from their own messages."""

import json
import logging
import time
from collections.abc import Mapping

import pytest

from services.core.cameras.previews import Previews
from services.core.cameras.status import LIVE_S, SILENT, STATES, CameraStatus, CameraStatuses
from tests.pace import limit_s

ONLINE = {
    "state": "online",
    "provider": "OpenCV",
    "fps": 9.5,
    "model": "0123456789ab",
    "reason": None,
    "source": "rtsp://host/path",
}


def say(cameras: CameraStatuses, status: Mapping[str, object], *, thing: str = "cam-1") -> None:
    cameras.receive(f"lookalike/{thing}/status", json.dumps(status).encode())


def test_cameras_are_listed_by_name_with_their_last_status() -> None:
    cameras = CameraStatuses()
    say(cameras, {"state": "offline"}, thing="b")
    say(cameras, {"state": "no_camera", "reason": "it's unplugged"}, thing="a")
    say(cameras, ONLINE, thing="b")
    assert cameras.all() == [
        CameraStatus("a", "no_camera", reason="it's unplugged"),
        CameraStatus(
            "b", "online", provider="OpenCV", fps=9.5, model="0123456789ab", source="rtsp://host/path"
        ),
    ]
    assert [cameras.get(thing) for thing in ("a", "b", "c")] == [*cameras.all(), None]


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_the_contract_is_known(state: str) -> None:
    cameras = CameraStatuses()
    say(cameras, {"state": state})
    assert [camera.state for camera in cameras.all()] == [state]


class Clocked:
    """Statuses by a clock that the test sets."""

    def __init__(self, most: int = 3) -> None:
        self.now_s = 100.0
        self.cameras = CameraStatuses(most=most, clock=lambda: self.now_s)

    def states(self) -> dict[str, str]:
        return {camera.thing: camera.state for camera in self.cameras.all()}


@pytest.mark.parametrize("state", ["online", "stalled", "no_camera"])
def test_a_camera_of_which_nothing_is_heard_is_offline_until_it_is_heard(state: str) -> None:
    rig = Clocked()
    say(rig.cameras, {**ONLINE, "state": state})
    rig.now_s += LIVE_S
    assert rig.states() == {"cam-1": state}
    rig.now_s += 1
    assert rig.cameras.get("cam-1") == rig.cameras.all()[0]
    assert (rig.states(), rig.cameras.all()[0].reason) == ({"cam-1": "offline"}, SILENT)
    rig.cameras.note("cam-1")  # such as by an observation that was answered
    assert rig.states() == {"cam-1": state}
    rig.now_s += LIVE_S + 1
    say(rig.cameras, {**ONLINE, "state": state})
    assert rig.states() == {"cam-1": state}


def test_what_was_published_for_a_silent_camera_holds_until_it_is_heard() -> None:
    rig = Clocked()
    say(rig.cameras, ONLINE)
    rig.now_s += LIVE_S + 1
    (gone,) = rig.cameras.all()
    rig.cameras.receive("lookalike/cam-1/status", gone.to_status())
    assert rig.cameras.all() == [gone]
    assert gone.is_silent
    rig.cameras.note("cam-1")
    assert rig.states() == {"cam-1": "online"}


def test_those_that_are_gone_for_longest_are_forgotten_and_none_that_lives(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rig = Clocked()
    for thing, state in (("a", "online"), ("b", "offline"), ("c", "online")):
        say(rig.cameras, {"state": state}, thing=thing)
    say(rig.cameras, {"state": "online"}, thing="d")
    assert sorted(rig.states()) == ["a", "c", "d"]
    for number in range(100):
        say(rig.cameras, {"state": "online"}, thing=f"invented-{number}")
    assert sorted(rig.states()) == ["a", "c", "d"]
    assert len(caplog.records) == 1
    assert "LOOKALIKE_MAX_CAMERAS" in caplog.text
    rig.now_s += LIVE_S + 1
    rig.cameras.note("a")
    say(rig.cameras, {"state": "online"}, thing="e")
    assert sorted(rig.states()) == ["a", "d", "e"]


def test_ten_thousand_names_stay_within_the_limit_and_answers_are_quick() -> None:
    cameras = CameraStatuses(most=1024)
    for number in range(10_000):
        say(cameras, {"state": "online"}, thing=f"invented-{number}")
    began_s = time.monotonic()
    assert len(cameras.all()) == 1024
    assert time.monotonic() - began_s < limit_s(0.1)


def test_an_empty_message_forgets_the_camera() -> None:
    cameras = CameraStatuses()
    say(cameras, ONLINE)
    cameras.receive("lookalike/cam-1/status", b"")
    cameras.receive("lookalike/never-seen/status", b"")
    assert cameras.all() == []


@pytest.mark.parametrize(
    ("topic", "payload", "says"),
    [
        ("lookalike/cam-1/status", b"online", "is not JSON"),
        ("lookalike/cam-1/status", b"\xff", "is not JSON"),
        ("lookalike/cam-1/status", b"[" * 4000, "is not JSON"),
        ("lookalike/cam-1/status", json.dumps({**ONLINE, "x": "y" * 5000}).encode(), "at most 4096 bytes"),
        ("lookalike/cam-1/status", b"[]", "expected one of online, offline"),
        ("lookalike/cam-1/status", b'{"state":"fine"}', "'fine'; expected one of online, offline"),
        ("lookalike/cam-1/status", b'{"state":["online"]}', "expected one of online, offline"),
        ("lookalike/../status", b'{"state":"online"}', "is not lookalike/<thing>"),
    ],
)
def test_what_is_no_status_is_logged_and_changes_nothing(
    topic: str, payload: bytes, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    cameras = CameraStatuses()
    say(cameras, ONLINE)
    before = cameras.all()
    with caplog.at_level(logging.WARNING):
        cameras.receive(topic, payload)
    assert cameras.all() == before
    assert says in caplog.text


@pytest.mark.parametrize(
    "extra", ['"fps":NaN', '"fps":1e999', '"fps":-Infinity', f'"fps":{"9" * 400}', '"fps":true', '"fps":"9"']
)
def test_a_rate_that_is_no_number_never_reaches_the_list(extra: str) -> None:
    cameras = CameraStatuses()
    cameras.receive("lookalike/cam-1/status", f'{{"state":"online",{extra}}}'.encode())
    assert all(camera.fps is None for camera in cameras.all())


@pytest.mark.parametrize("name", ["reason", "provider", "model", "source"])
@pytest.mark.parametrize("value", ["x" * 3000, "\ud800", 7, ["a"], {"b": 1}])
def test_whatever_a_status_holds_the_list_can_be_sent_to_a_page(name: str, value: object) -> None:
    cameras = CameraStatuses()
    say(cameras, {"state": "online", name: value})
    text = json.dumps([camera.to_json() for camera in cameras.all()], allow_nan=False, ensure_ascii=False)
    assert len(text.encode()) < 1000


def test_a_wrong_clock_is_shown_with_its_seconds_while_the_camera_is_online() -> None:
    shown = CameraStatus("cam-1", "online", fps=9.5).with_clock(-31.5)
    assert shown == CameraStatus("cam-1", "clock_wrong", fps=9.5, clock_offset_s=-31.5)


def test_a_lost_camera_stays_lost_whatever_its_clock_was() -> None:
    assert CameraStatus("cam-1", "offline").with_clock(-31.5).state == "offline"


def test_a_right_clock_changes_nothing() -> None:
    assert CameraStatus("cam-1", "online").with_clock(None) == CameraStatus("cam-1", "online")


def test_a_flood_of_faulty_messages_is_no_flood_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    statuses, previews = CameraStatuses(), Previews()
    with caplog.at_level(logging.WARNING):
        for number in range(100):
            statuses.receive(f"lookalike/cam-{number}/status", b"no status")
            previews.receive(f"lookalike/cam-{number}/preview", b"no picture")
    assert len(caplog.records) == 2
