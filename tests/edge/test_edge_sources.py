"""Every kind of source, as far as it can be had without hardware."""

import base64
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path

import cv2
import pytest

from edge.camera import Camera
from edge.domain import State
from edge.sources import open_source
from edge.sources.base import Source, SourceError
from tests.edge.kit import CLIP_FPS, LEVEL_STEP, grey, write_clip
from tests.servers import until


def source_of(setting: str | Path, *, stall_s: float = 5.0) -> Source:
    source = open_source(str(setting), stall_s=stall_s)
    assert source is not None
    return source


def first_frames(setting: str | Path, count: int) -> list[tuple[int, float]]:
    """The grey level and the moment, in seconds after the first, of the first frames."""
    stop = threading.Event()
    frames = source_of(setting).frames(stop)
    seen = [(int(frame[24, 32, 0]), time.monotonic()) for frame in islice(frames, count)]
    frames.close()
    return [(level, at_s - seen[0][1]) for level, at_s in seen]


def failure(setting: str | Path) -> SourceError:
    with pytest.raises(SourceError) as caught:
        next(source_of(setting).frames(threading.Event()))
    return caught.value


def test_a_video_plays_at_its_own_pace_over_the_seam(tmp_path: Path) -> None:
    seen = first_frames(write_clip(tmp_path / "clip.mp4", frames=5), 12)
    assert [round(level / LEVEL_STEP) for level, _ in seen] == [0, 1, 2, 3, 4] * 2 + [0, 1]
    for index, (_, at_s) in enumerate(seen):
        assert abs(at_s - index / CLIP_FPS) < 0.09


def test_a_video_catches_up_with_the_clock_after_a_pause(tmp_path: Path) -> None:
    frames = source_of(write_clip(tmp_path / "clip.mp4", frames=5)).frames(threading.Event())
    next(frames)
    time.sleep(0.75)  # the reader is held up, as by a suspended computer
    level = int(next(frames)[24, 32, 0])
    frames.close()
    assert round(level / LEVEL_STEP) in (1, 2, 3)  # the 7th or 8th frame of a loop of 5


def test_a_folder_shows_each_readable_picture_for_a_second(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name, level in [("b.png", 90), ("a.JPG", 30)]:
        cv2.imwrite(str(tmp_path / name), grey(level))
    (tmp_path / "aa.jpg").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("no picture either")
    seen = first_frames(tmp_path, 3)
    assert [level for level, _ in seen] == [30, 90, 30]
    assert seen[1][1] == pytest.approx(1, abs=0.2)
    assert seen[2][1] == pytest.approx(2, abs=0.2)
    assert "aa.jpg is no readable picture" in caplog.text
    assert "notes" not in caplog.text


def test_what_is_not_there_or_no_video_is_told_by_name(tmp_path: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("no video")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert str(failure(tmp_path / "no.mp4")) == f"no such file or folder: {tmp_path / 'no.mp4'}"
    assert "no readable picture" in str(failure(empty))
    assert str(failure(text)).startswith(f"{text}: Invalid data")
    assert str(failure("99")) == "no such camera: /dev/video99"
    assert str(failure("/dev/video99")) == "no such camera: /dev/video99"
    assert open_source("none", stall_s=5) is None


class MjpegCamera(BaseHTTPRequestHandler):
    """A network camera that wants a password and, while `is_frozen`, sends nothing but keeps the line."""

    is_frozen = threading.Event()
    is_closed = threading.Event()

    def do_GET(self) -> None:
        wanted = "Basic " + base64.b64encode(b"user:secret").decode()
        if self.headers.get("Authorization") != wanted:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="camera"')
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        jpeg = cv2.imencode(".jpg", grey(120))[1].tobytes()
        part = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(jpeg), jpeg)
        try:
            while not self.is_closed.wait(0.05):
                if not self.is_frozen.is_set():
                    self.wfile.write(part)
        except OSError:  # the client has gone
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Be silent."""


@pytest.fixture
def camera_address() -> Iterator[str]:
    MjpegCamera.is_frozen.clear()
    MjpegCamera.is_closed.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), MjpegCamera) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}/video"
        MjpegCamera.is_closed.set()
        server.shutdown()


def test_a_network_camera_that_refuses_is_told_with_the_cause(camera_address: str) -> None:
    refused = str(failure(f"http://user:wrong@{camera_address}?pwd=wrong"))
    assert refused.startswith(f"http://***@{camera_address}?***: Server returned 401")
    assert str(failure("http://u:secret@127.0.0.1:9/")) == "http://***@127.0.0.1:9/: Connection refused"
    assert str(failure("rtsp://u:secret@127.0.0.1:9/")) == "rtsp://***@127.0.0.1:9/: Connection refused"


def test_a_network_camera_that_freezes_is_told_and_comes_back(
    camera_address: str, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[tuple[State, str | None]] = []
    source = source_of(f"http://user:secret@{camera_address}", stall_s=2)
    camera = Camera(source, stall_s=2, on_state=lambda *state: told.append(state))
    camera.start()
    until(lambda: camera.take(0.05) is not None, what="a frame")
    MjpegCamera.is_frozen.set()
    until(lambda: camera.take(0.05) is None and told[-1][0] == "stalled", what="stalled")
    MjpegCamera.is_frozen.clear()
    until(lambda: camera.take(0.05) is not None, what="a frame again")
    camera.stop()
    assert told[-1] == ("online", None)
    assert "secret" not in caplog.text + str(told)
