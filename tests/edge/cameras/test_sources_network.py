"""Network cameras over HTTP: a real server that refuses, stalls, trickles, dies and comes back."""

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from edge.cameras.sources.base import SourceError
from edge.cameras.sources.stream import StreamSource
from tests.edge.cameras.mjpeg import LEVEL, PASSWORD, QUOTED, USER
from tests.edge.cameras.sources_kit import (
    check_comebacks,
    check_secrets,
    failure,
    source_of,
)
from tests.edge.kit import CLIP_FPS, MqttListener, run_edge, write_clip
from tests.pace import limit_s
from tests.servers import Server, free_port, until


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A running camera server with a path for each kind of camera."""
    running = Server("http", [sys.executable, "-m", "tests.edge.cameras.mjpeg", "{port}"])
    try:
        running.start()
        yield running
    finally:
        running.kill()


@pytest.mark.parametrize(
    ("login", "path", "cause"),
    [
        ("", "video", "asks for a user and password (401)"),
        (f"{USER}:topsecret@", "video?pwd=topsecret", "wrong user or password (401)"),
        (f"{USER}:topsecret@", "none", "no such path (404)"),
        (
            "",
            "forbidden",
            "access refused (403): wrong user or password, or a user without the right to see it",
        ),
        ("", "broken", "the camera answers with an error: Server returned 5XX Server Error reply"),
        ("", "page", "answers with a web page, not with pictures; open the address in a browser"),
        ("", "headers", "no answer within 1 s"),
        ("", "bare", "no picture in the data"),
        ("", "slow", "no answer within 1 s"),
        ("", "nothing", "no answer within 1 s"),
        ("", "trickle", "no data for 0.5 s"),
        ("", "damaged", "no picture in the data"),
        ("", "sound", "no picture in the data for 0.5 s"),
    ],
)
def test_a_camera_that_gives_no_picture_is_told_with_the_cause(
    server: Server, login: str, path: str, cause: str
) -> None:
    source = StreamSource(f"http://{login}127.0.0.1:{server.port}/{path}", stall_s=0.5, open_s=1)
    started_s = time.monotonic()
    error = failure(source)
    assert time.monotonic() - started_s < limit_s(3)
    assert str(error) == f"{source.name}: {cause}"
    assert "secret" not in str(error)
    assert error.state == ("stalled" if path in ("trickle", "sound") else "no_camera")


def test_a_camera_that_is_not_reached_is_told_with_the_cause(server: Server) -> None:
    nobody = free_port()
    causes = {
        f"http://u:secret@127.0.0.1:{nobody}/": "connection refused: nothing listens at this port",
        f"rtsp://u:secret@127.0.0.1:{nobody}/": "connection refused: nothing listens at this port",
        "http://u:secret@no..body/": "no such host",
        f"https://u:secret@127.0.0.1:{server.port}/open": "TLS: there is none at this port",
        f"rtsp://u:secret@127.0.0.1:{server.port}/open": "answers, but not with a video that can be read",
    }
    for address, cause in causes.items():
        error = str(failure(source_of(address)))
        assert error.startswith(address.replace("u:secret", "***"))
        assert error.endswith(f": {cause}")


def test_a_name_that_nobody_has_is_told() -> None:
    # Without a name server, the error is that there was none.
    causes = ("no such host", "the host's name cannot be looked up now")
    assert str(failure(source_of("http://nobody.invalid/"))).endswith(causes)


@pytest.mark.parametrize("login", [f"{USER}:{PASSWORD.replace('%', '%25')}", f"{USER}:{QUOTED}"])
def test_a_password_may_be_quoted_or_not(server: Server, login: str) -> None:
    source = source_of(f"http://{login}@127.0.0.1:{server.port}/video")
    frame = next(source.frames(threading.Event()))
    assert abs(int(frame[24, 32, 0]) - LEVEL) < 3
    assert source.name == f"http://***@127.0.0.1:{server.port}/video"


def test_a_camera_that_ends_the_connection_is_told(server: Server) -> None:
    source = source_of(f"http://127.0.0.1:{server.port}/ends")
    assert str(failure(source)) == f"{source.name} ended the connection"


def test_a_proxy_of_the_environment_is_not_asked_for_a_camera(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    assert next(source_of(f"http://127.0.0.1:{server.port}/open").frames(threading.Event())).any()


def test_a_recording_over_http_plays_at_its_own_pace(tmp_path: Path) -> None:
    write_clip(tmp_path / "clip.mkv", frames=12)
    files = Server(
        "http",
        [sys.executable, "-m", "http.server", "{port}", "--bind", "127.0.0.1", "--directory", str(tmp_path)],
    )
    try:
        files.start()
        frames = source_of(f"{files.url}/clip.mkv").frames(threading.Event())
        moments_s = []
        # A busy machine leaves frames out, and then comes to the recording's end.
        with contextlib.suppress(SourceError):
            for _ in islice(frames, 12):
                moments_s.append(time.monotonic())
        frames.close()
    finally:
        files.kill()
    took_s = moments_s[-1] - moments_s[0]
    assert (len(moments_s) - 1) / CLIP_FPS - limit_s(0.15) <= took_s <= limit_s(11 / CLIP_FPS + 0.15)


def test_a_camera_that_is_away_freezes_or_dies_comes_back_and_is_seen_at_once(
    tmp_path: Path, broker_port: int, listener: MqttListener, model: Path
) -> None:
    camera = Server("http", [sys.executable, "-m", "tests.edge.cameras.mjpeg", "{port}"])
    source = f"http://{USER}:{QUOTED}@127.0.0.1:{camera.port}/video?pwd=topsecret"
    settings = {
        "mqtt_url": f"mqtt://127.0.0.1:{broker_port}",
        "model": str(model),
        "stall_s": "2",
        "log_level": "debug",
    }
    name = f"http://***@127.0.0.1:{camera.port}/video?***"
    try:
        with run_edge(tmp_path / "log", source=source, **settings) as edge:
            check_comebacks(edge, listener, camera, name=name)
            code, took_s = edge.terminate()
    finally:
        camera.kill()
    assert (code, listener.statuses()[-1]["state"]) == (0, "offline")
    assert took_s < limit_s(2)
    check_secrets(edge, listener, name, (QUOTED, "topsecret", "%40", USER + ":"))


def test_an_answer_that_never_ends_does_not_hold_up_the_end(
    tmp_path: Path, server: Server, broker_port: int, listener: MqttListener, model: Path
) -> None:
    settings = {"mqtt_url": f"mqtt://127.0.0.1:{broker_port}", "model": str(model)}
    with run_edge(tmp_path / "log", source=f"{server.url}/slow", **settings) as edge:
        until(lambda: "opening" in str(listener.statuses()[-1:]), what="the attempt")
        code, took_s = edge.terminate()
    assert (code, listener.statuses()[-1]["state"]) == (0, "offline")
    assert took_s < limit_s(2)
