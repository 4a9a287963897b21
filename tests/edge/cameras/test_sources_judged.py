"""Network cameras that were added in the page: what they refer to is judged like their own address."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import pytest

from common.ip_addresses import IpAddress
from edge.cameras.sources import open_source
from edge.cameras.sources.reach import Reach
from tests.edge.cameras.sources_kit import failure
from tests.edge.kit import grey
from tests.servers import free_port

# An address of this machine that no server of these tests has a right to be asked at.
_INSIDE = "127.0.0.5"
_PART = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n"


def judge(ip: IpAddress) -> str | None:
    """Allows the server of a test and refuses the rest of this machine."""
    return None if str(ip) == "127.0.0.1" else "an address of this machine"


class Camera(ThreadingHTTPServer):
    """A camera whose paths refer elsewhere; it remembers which paths the video library asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", free_port()), Answers)
        self.asked: list[tuple[str, str]] = []

    @property
    def at(self) -> str:
        """Its address, by a name."""
        return f"http://camera.test:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    """The paths."""

    server: Camera

    def do_GET(self) -> None:
        """Answer, or refer to another address."""
        is_library = self.headers.get("User-Agent", "").startswith("Lavf")
        self.server.asked.append((self.path, self.headers.get("Host", "")))
        elsewhere = {
            "/inside": f"http://{_INSIDE}:{self.server.server_port}/secret",
            "/moved": "/video",
            "/turning": f"http://{_INSIDE}:{self.server.server_port}/secret" if is_library else None,
        }.get(self.path)
        if elsewhere:
            self.send_response(302)
            self.send_header("Location", elsewhere)
            self.end_headers()
            return
        self.send_response(200)
        if self.path == "/list.m3u8":
            inside = f"http://{_INSIDE}:{self.server.server_port}/secret.ts"
            self._give("application/vnd.apple.mpegurl", f"#EXTM3U\n#EXTINF:1,\n{inside}\n".encode())
            return
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        jpeg = cv2.imencode(".jpg", grey(90))[1].tobytes()
        try:
            for _ in range(40):
                self.wfile.write(_PART % (len(jpeg), jpeg))
        except OSError:
            self.close_connection = True

    def _give(self, kind: str, content: bytes) -> None:
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def camera() -> Iterator[Camera]:
    """A camera that listens."""
    with Camera() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


def reach() -> Reach:
    """Every name is of 127.0.0.1, numbers are themselves."""
    return Reach(resolve=lambda host, _port: [host if host[0].isdigit() else "127.0.0.1"], why_not=judge)


@pytest.mark.parametrize("path", ["/video", "/moved"])
def test_a_camera_is_seen_also_where_it_refers_to_itself(camera: Camera, path: str) -> None:
    source = open_source(f"{camera.at}{path}", stall_s=5, reach=reach())
    assert source is not None
    with closing(source.frames(threading.Event())) as frames:
        assert next(frames)[0, 0, 0] == pytest.approx(90, abs=3)
    # By its own name, though it was connected to by its number.
    assert {host for _path, host in camera.asked} == {f"camera.test:{camera.server_port}"}


def test_what_refers_to_this_machine_is_refused_and_not_asked(camera: Camera) -> None:
    source = open_source(f"{camera.at}/inside", stall_s=5, reach=reach())
    assert source is not None
    assert f"{_INSIDE} is an address of this machine" in str(failure(source))
    source = open_source(f"http://{_INSIDE}:{camera.server_port}/video", stall_s=5, reach=reach())
    assert source is not None
    assert f"{_INSIDE} is an address of this machine" in str(failure(source))
    assert [path for path, _host in camera.asked] == ["/inside"]


@pytest.mark.parametrize("path", ["/turning", "/list.m3u8"])
def test_what_changes_its_mind_or_lists_addresses_leads_nowhere(camera: Camera, path: str) -> None:
    with socket.create_server((_INSIDE, camera.server_port)) as inside:
        inside.settimeout(0)
        source = open_source(f"{camera.at}{path}", stall_s=5, reach=reach())
        assert source is not None
        failure(source)
        with pytest.raises(BlockingIOError):
            inside.accept()


def test_an_rtsp_camera_that_refers_elsewhere_is_not_followed() -> None:
    asked: list[bytes] = []

    def refer(listening: socket.socket) -> None:
        with listening.accept()[0] as connection:
            asked.append(connection.recv(4096))
            connection.sendall(
                f"RTSP/1.0 302 Found\r\nCSeq: 1\r\nLocation: rtsp://{_INSIDE}/x\r\n\r\n".encode()
            )

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        thread = threading.Thread(target=refer, args=(listening,))
        thread.start()
        source = open_source(f"rtsp://u:secret@camera.test:{port}/s1", stall_s=5, reach=reach())
        assert source is not None
        assert str(failure(source)) == (
            f"rtsp://***@camera.test:{port}/s1: refers to another address; write that one"
        )
        thread.join()
    assert asked[0].startswith(f"DESCRIBE rtsp://camera.test:{port}/s1 RTSP/1.0".encode())
    assert b"secret" not in asked[0]
