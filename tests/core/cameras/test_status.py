"""The states of cameras, from their own messages."""

import json
import logging
import time
from collections.abc import Mapping

import pytest

from services.core.cameras.previews import Previews
from services.core.cameras.status import CameraStatus, CameraStatuses
from tests.pace import limit_s


def say(cameras: CameraStatuses, status: Mapping[str, object], *, thing: str = "cam-1") -> None:
    cameras.receive(f"lookalike/{thing}/status", json.dumps(status).encode())


def test_ten_thousand_names_stay_within_the_limit_and_answers_are_quick() -> None:
    cameras = CameraStatuses(most=1024)
    for number in range(10_000):
        say(cameras, {"state": "online"}, thing=f"invented-{number}")
    began_s = time.monotonic()
    assert len(cameras.all()) == 1024
    assert time.monotonic() - began_s < limit_s(0.1)


@pytest.mark.parametrize(
    "extra", ['"fps":NaN', '"fps":1e999', '"fps":-Infinity', f'"fps":{"9" * 400}', '"fps":true', '"fps":"9"']
)
def test_a_rate_that_is_no_number_never_reaches_the_list(extra: str) -> None:
    cameras = CameraStatuses()
    cameras.receive("lookalike/cam-1/status", f'{{"state":"online",{extra}}}'.encode())
    assert all(camera.fps is None for camera in cameras.all())


@pytest.mark.parametrize("name", ["reason", "provider", "model", "source", "model_trouble"])
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
