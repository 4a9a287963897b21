"""The command that asks a camera for a snapshot, and a running camera's answer."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt import publish

from edge.link import commands
from edge.picture.snapshot import MAX_BYTES
from tests.edge.jpegs import encode, shown
from tests.edge.kit import LEVEL_STEP, MqttListener, grey, run_edge, write_clip
from tests.servers import until

REPLY = "lookalike/cam-1/reply/0123456789abcdef"
OTHER_REPLY = "lookalike/cam-1/reply/ffffffffffffffff"


def ask(command: Any) -> list[tuple[str, str, str, int]]:
    """The snapshot requests that a command to cam-1 makes."""
    asked: list[tuple[str, str, str, int]] = []
    commands.receive(
        "lookalike/cam-1/command",
        json.dumps(command).encode(),
        on_watch=lambda _thing, _for_s: None,
        on_snapshot=lambda do, thing, reply, most: asked.append((do, thing, reply, most)),
    )
    return asked


@pytest.mark.parametrize("do", ["snapshot", "moments"])
@pytest.mark.parametrize("token", ["01234567", "0123456789abcdef" * 2])
def test_a_command_asks_for_pictures(do: str, token: str) -> None:
    reply = f"lookalike/cam-1/reply/{token}"
    assert ask({"do": do, "reply": reply, "more": 1}) == [(do, "cam-1", reply, MAX_BYTES)]
    assert ask({"do": do, "reply": reply, "max_bytes": 120_000}) == [(do, "cam-1", reply, 120_000)]
    assert ask({"do": do, "reply": reply, "max_bytes": 10**9}) == [(do, "cam-1", reply, MAX_BYTES)]


@pytest.mark.parametrize("most", [None, "9", True, 0, -1, 16_383, 1e5, [], {}])
def test_a_size_that_no_picture_fits_in_is_refused(most: object, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert ask({"do": "snapshot", "reply": REPLY, "max_bytes": most}) == []
    assert "expected bytes, at least 16384" in caplog.text


@pytest.mark.parametrize(
    "reply",
    [
        None,
        7,
        [],
        "",
        "lookalike/cam-1/reply/",
        "lookalike/cam-1/reply/0123456",
        "lookalike/cam-1/reply/" + "0" * 33,
        "lookalike/cam-1/reply/0123456G",
        "lookalike/cam-1/reply/01234567\n",
        "lookalike/cam-1/reply/01234567/more",
        "lookalike/cam-1/reply/+",
        "lookalike/cam-2/reply/01234567",
        "lookalike/cam-1/features",
        "$aws/things/cam-1/infer",
        "x" * 3000,
    ],
)
def test_an_answer_goes_nowhere_but_under_the_cameras_own_reply_topic(
    reply: object, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        assert ask({"do": "snapshot", "reply": reply}) == []
    (record,) = caplog.records
    assert "expected lookalike/cam-1/reply/<8 to 32 of 0-9 a-f>" in record.getMessage()
    assert len(record.getMessage()) < 300


def test_a_command_that_is_none_names_what_there_is(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert ask({"do": "dance"}) == []
    assert "do is 'dance'; expected 'watch', 'snapshot', 'moments' or 'picture'" in caplog.text


def answered(listener: MqttListener, port: int, reply: str) -> bytes:
    """Ask the camera until it answers on this topic, as its first frame may still be missing."""

    def asked() -> bool:
        thing = reply.split("/")[1]
        command = json.dumps({"do": "snapshot", "reply": reply}).encode()
        publish.single(f"lookalike/{thing}/command", command, qos=1, port=port)
        return bool(answers(listener, reply))

    until(asked, what="an answer")
    return answers(listener, reply)[0]


def answers(listener: MqttListener, reply: str) -> list[bytes]:
    return [heard.payload for heard in listener.heard if heard.topic == reply]


def test_a_running_camera_answers_with_what_it_sees(
    tmp_path: Path, broker_port: int, listener: MqttListener, model: Path
) -> None:
    settings = {"mqtt_url": f"mqtt://127.0.0.1:{broker_port}", "model": str(model)}
    with run_edge(tmp_path / "log", source=str(write_clip(tmp_path / "clip.mp4")), **settings) as edge:
        listener.wait_state("online")
        publish.single("lookalike/cam-1/command", b'{"do":"snapshot","reply":"x"}', qos=1, port=broker_port)
        picture = shown(answered(listener, broker_port, REPLY))
        assert not [heard for heard in listener.heard if heard.topic == REPLY and heard.retained]
        until(lambda: "reply is 'x'; expected lookalike/cam-1/reply/" in edge.log)
    assert picture.shape == (48, 64, 3)
    level = float(picture.mean())
    assert abs(level - LEVEL_STEP * round(level / LEVEL_STEP)) < 3


def test_a_running_camera_whose_pictures_are_switched_off_refuses(
    tmp_path: Path, broker_port: int, listener: MqttListener, model: Path
) -> None:
    settings = {"mqtt_url": f"mqtt://127.0.0.1:{broker_port}", "model": str(model), "preview": "0"}
    with run_edge(tmp_path / "log", source=str(write_clip(tmp_path / "clip.mp4")), **settings):
        listener.wait_state("online")
        assert list(json.loads(answered(listener, broker_port, REPLY))) == ["refused"]


def test_a_camera_that_sends_its_frames_answers_with_the_next_of_them(
    tmp_path: Path, broker_port: int, listener: MqttListener, model: Path
) -> None:
    reply = "lookalike/door/reply/0123456789abcdef"

    def answer_comes() -> bool:
        command = json.dumps({"do": "snapshot", "reply": reply}).encode()
        publish.multiple(
            [
                ("lookalike/door/command", command, 1, False),
                ("lookalike/door/frame", encode(grey(120, height=90, width=160)), 0, False),
            ],
            port=broker_port,
        )
        return bool(answers(listener, reply))

    settings = {"mqtt_url": f"mqtt://127.0.0.1:{broker_port}", "model": str(model)}
    with run_edge(tmp_path / "log", source="mqtt", **settings):
        until(answer_comes, what="an answer")
    picture = shown(answers(listener, reply)[0])
    assert picture.shape == (90, 160, 3)
    assert abs(float(picture.mean()) - 120) < 2
