"""Cameras over RTSP: a real server that refuses, freezes, is killed and comes back."""

import threading
import time
from itertools import islice
from pathlib import Path

import pytest

from edge.cameras.sources.stream import StreamSource
from tests.edge.cameras.sources_kit import (
    FIRST_WITHIN_S,
    check_comebacks,
    check_secrets,
    failure,
    source_of,
    wait_reason,
)
from tests.edge.kit import MqttListener, run_edge
from tests.network.conftest import Rtsp
from tests.pace import limit_s

USER, QUOTED = "user", "s%40%3A%2F%3F%23%2541x"
UNQUOTED = "s@:/?#%2541x"


@pytest.mark.parametrize(("codec", "auth"), [("h264", "digest"), ("jpeg", "basic")])
def test_a_camera_that_is_away_freezes_or_is_killed_comes_back_and_is_seen_at_once(
    tmp_path: Path, rtsp: Rtsp, broker_port: int, listener: MqttListener, model: Path, codec: str, auth: str
) -> None:
    camera = rtsp(codec, auth)
    name = f"rtsp://***@127.0.0.1:{camera.port}/live"
    source = f"rtsp://{USER}:{UNQUOTED}@127.0.0.1:{camera.port}/live"
    settings = {
        "mqtt_url": f"mqtt://127.0.0.1:{broker_port}",
        "model": str(model),
        "stall_s": "2",
        "log_level": "debug",
    }
    with run_edge(tmp_path / "log", source=source, **settings) as edge:
        check_comebacks(edge, listener, camera, name=name)
        assert edge.terminate()[0] == 0
    check_secrets(edge, listener, name, (UNQUOTED, QUOTED, "%25", "%40", USER + ":"))


@pytest.mark.parametrize("auth", ["basic", "digest"])
@pytest.mark.parametrize(
    ("login", "path", "cause"),
    [
        ("", "live", "asks for a user and password (401)"),
        ("user:topsecret@", "live", "wrong user or password (401)"),
        (f"{USER}:{QUOTED}@", "none", "no such path (404)"),
    ],
)
def test_a_camera_that_refuses_is_told_with_the_cause(
    tmp_path: Path,
    rtsp: Rtsp,
    broker_port: int,
    listener: MqttListener,
    model: Path,
    auth: str,
    login: str,
    path: str,
    cause: str,
) -> None:
    camera = rtsp("h264", auth)
    camera.start()
    settings = {"mqtt_url": f"mqtt://127.0.0.1:{broker_port}", "model": str(model)}
    source = f"rtsp://{login}127.0.0.1:{camera.port}/{path}"
    with run_edge(tmp_path / "log", source=source, **settings) as edge:
        reason = wait_reason(listener, "no_camera", "(4")
        assert edge.terminate()[0] == 0
    assert reason == f"rtsp://{'***@' if login else ''}127.0.0.1:{camera.port}/{path}: {cause}"
    everything = edge.log + "".join(repr(heard.payload) for heard in listener.heard)
    assert "secret" not in everything
    assert "%40" not in everything


def test_a_camera_that_speaks_udp_only_is_read_too(rtsp: Rtsp) -> None:
    camera = rtsp(transport="udp")
    camera.start()
    source = source_of(f"{camera.url}/live")
    started_s = time.monotonic()
    frames = source.frames(threading.Event())
    shapes = [frame.shape for frame in islice(frames, 10)]
    assert time.monotonic() - started_s < limit_s(FIRST_WITHIN_S)
    frames.close()
    assert shapes == [(480, 640, 3)] * 10


def test_a_camera_that_is_joined_between_two_key_frames_is_seen_at_the_next(rtsp: Rtsp) -> None:
    camera = rtsp()
    camera.start()
    first = source_of(f"{camera.url}/live").frames(threading.Event())
    next(first)
    for _ in islice(first, 10):
        pass
    started_s = time.monotonic()
    second = source_of(f"{camera.url}/live").frames(threading.Event())
    next(second)
    assert time.monotonic() - started_s < limit_s(FIRST_WITHIN_S)
    second.close()
    first.close()


def test_a_camera_that_is_frozen_before_it_is_asked_is_told(rtsp: Rtsp) -> None:
    camera = rtsp()
    camera.start()
    camera.freeze()
    source = StreamSource(f"rtsp://user:topsecret@127.0.0.1:{camera.port}/live", stall_s=2, open_s=1)
    assert str(failure(source)) == f"rtsp://***@127.0.0.1:{camera.port}/live: no answer within 1 s"
