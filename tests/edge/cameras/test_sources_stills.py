"""Cameras that answer each request with one still picture, over a real HTTP server."""

import hashlib
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path

import cv2
import pytest

from edge.cameras.source_reader import SourceReader
from edge.cameras.sources.address import parse_address
from edge.cameras.sources.base import SourceError
from edge.cameras.sources.http_picture import MAX_PICTURE_BYTES, PictureClient
from edge.cameras.sources.stills import poll_stills
from edge.cameras.sources.stream import StreamSource
from edge.picture.frame_types import State
from edge.process.connection_causes import trusted_authorities
from tests.certificates import Authority
from tests.edge.kit import grey
from tests.pace import limit_s

USER, PASSWORD = "user", "pä:ss"
REALM, NONCE = "camera", "abc123"


def encoded(level: int = 120, suffix: str = ".jpg") -> bytes:
    """A small picture file of one grey."""
    return cv2.imencode(suffix, grey(level))[1].tobytes()


class StillCamera(ThreadingHTTPServer):
    """A camera whose every answer a function gives; it remembers requests and counts connections."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer: Callable[[_Handler], None] = lambda handler: handler.give(encoded())
        self.asked: list[_Handler] = []
        self.connections = 0
        self.url = f"http://127.0.0.1:{self.server_port}/x.jpg"

    def source(self, query: str = "") -> StreamSource:
        """The camera as a source."""
        return StreamSource(self.url + query, stall_s=2.0, open_s=2.0)

    def client(self, login: str = "") -> PictureClient:
        """A client of the camera's pictures."""
        return PictureClient(parse_address(self.url.replace("//", f"//{login}")), limit_s=2.0)


class _Handler(BaseHTTPRequestHandler):
    server: StillCamera
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_GET(self) -> None:
        self.server.asked.append(self)
        self.server.answer(self)

    def give(self, content: bytes, kind: str = "image/jpeg", status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def camera() -> Iterator[StillCamera]:
    """A running camera."""
    server = StillCamera()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def levels(source: StreamSource, count: int) -> list[int]:
    """The greys of a source's first frames, in tens."""
    frames = source.frames(threading.Event())
    seen = [round(int(frame[24, 32, 0]) / 10) for frame in islice(frames, count)]
    frames.close()
    return seen


def failure(source: StreamSource) -> str:
    """The cause with which a source fails."""
    with pytest.raises(SourceError) as caught:
        list(islice(source.frames(threading.Event()), 3))
    return str(caught.value).removeprefix(f"{source.name}: ")


def test_a_picture_is_fetched_each_second_over_one_connection(camera: StillCamera) -> None:
    greys = iter(range(5, 20))
    camera.answer = lambda handler: handler.give(encoded(next(greys) * 10))
    started_s = time.monotonic()
    seen = levels(camera.source(), 3)
    assert seen == [seen[0], seen[0] + 1, seen[0] + 2]
    assert 1.9 < time.monotonic() - started_s < limit_s(3)
    assert camera.connections <= 2  # the first one is the video library's


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_a_picture_may_be_of_another_kind_than_the_address_says(camera: StillCamera, suffix: str) -> None:
    camera.answer = lambda handler: handler.give(encoded(70, suffix), "application/octet-stream")
    for query in ("", "?quality=1"):
        assert levels(camera.source(query), 1) == [7]


def test_it_is_one_state_and_one_line_of_log(camera: StillCamera, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    told: list[tuple[State, str | None]] = []
    source = camera.source()
    reader = SourceReader(source, thing="x", stall_s=2, on_state=lambda *state: told.append(state))
    reader.start()
    shots = 0
    while shots < 2:
        shots += reader.take(0.1) is not None
    reader.stop()
    assert told == [("no_camera", f"opening {source.name}"), ("online", None)]
    assert len([record for record in caplog.records if record.name.startswith("edge")]) == 2


@pytest.mark.parametrize("header", ["ETag", "Last_Modified"])
def test_an_unchanged_picture_is_not_sent_again_but_shown(camera: StillCamera, header: str) -> None:
    version = '"7"' if header == "ETag" else formatdate(0, usegmt=True)

    def answer(handler: _Handler) -> None:
        asked = handler.headers.get("If-None-Match") or handler.headers.get("If-Modified-Since")
        if asked == version:
            handler.give(b"", status=304)
        else:
            handler.give(encoded(70), "image/jpeg", 200, **{header: version})

    camera.answer = answer
    client = camera.client()
    frames = poll_stills(client, threading.Event(), every_s=0.05)
    assert [round(int(frame[0, 0, 0]) / 10) for frame in islice(frames, 3)] == [7, 7, 7]
    client.close()
    assert camera.asked[-1].headers.get("If-None-Match", version) == version


def digest_of(handler: _Handler) -> str:
    """The answer to our digest challenge that a client should have given."""
    said = dict(re.findall(r'(\w+)="?([^",]*)"?', handler.headers["Authorization"]))

    def h(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    secret, wanted = h(f"{USER}:{REALM}:{PASSWORD}"), h(f"GET:{handler.path}")
    return h(f"{secret}:{NONCE}:{said['nc']}:{said['cnonce']}:auth:{wanted}")


@pytest.mark.parametrize("method", ["basic", "digest"])
def test_a_password_is_given_as_the_camera_asks(camera: StillCamera, method: str) -> None:
    asks = {
        "basic": f'Basic realm="{REALM}"',
        "digest": f'Digest realm="{REALM}", nonce="{NONCE}", qop="auth", algorithm=SHA-256',
    }[method]

    def answer(handler: _Handler) -> None:
        given = handler.headers.get("Authorization", "")
        right = (
            "dXNlcjpww6Q6c3M=" if method == "basic" else digest_of(handler) if "response" in given else "-"
        )
        if right in given:
            handler.give(encoded(70))
        else:
            handler.give(b"", status=401, WWW_Authenticate=asks)

    camera.answer = answer
    client = camera.client(f"{USER}:{PASSWORD}@")
    for _ in range(3):
        assert client.fetch() == encoded(70)
    client.close()
    assert len(camera.asked) == 4  # the password is asked for once
    wrong = camera.client("user:topsecret@")
    with pytest.raises(SourceError, match=r"wrong user or password \(401\)") as caught:
        wrong.fetch()
    wrong.close()
    assert "topsecret" not in str(caught.value)


def drip(handler: _Handler) -> None:
    """Send a picture byte by byte, without end."""
    handler.send_response(200)
    handler.send_header("Content-Type", "image/jpeg")
    handler.end_headers()
    for _ in range(1000):
        handler.wfile.write(b"x")
        time.sleep(0.02)


def huge(handler: _Handler) -> None:
    """Send more than a picture may have."""
    handler.send_response(200)
    handler.send_header("Content-Type", "image/jpeg")
    handler.end_headers()
    handler.close_connection = True
    for _ in range(2 * MAX_PICTURE_BYTES >> 20):
        handler.wfile.write(bytes(1 << 20))


def answers(handler: _Handler) -> dict[str, Callable[[], None]]:
    """Each way to fail, by its name."""
    return {
        "page": lambda: handler.give(b"<html>Log in</html>", "text/html; charset=utf-8"),
        "text": lambda: handler.give(b"no", "text/plain"),
        "gone": lambda: handler.give(b"", status=404),
        "broken": lambda: handler.give(b"x" * 100_000, status=503),
        "damaged": lambda: handler.give(encoded()[:200]),
        "nothing": lambda: handler.give(b""),
        "loop": lambda: handler.give(b"", status=302, Location=handler.path),
        "file": lambda: handler.give(b"", status=302, Location="file:///etc/passwd"),
        "nowhere": lambda: handler.give(b"", status=302, Location="http://[::1"),
        "drip": lambda: drip(handler),
        "huge": lambda: huge(handler),
        "garbage": lambda: handler.wfile.writelines([b"\x00garbage\r\n"] * 9),
    }


@pytest.mark.parametrize(
    ("way", "cause"),
    [
        ("page", "answers with a web page, not with pictures; open the address in a browser"),
        ("text", "answers, but not with a video that can be read"),
        ("gone", "no such path (404)"),
        ("broken", "the camera answers with an error: 503 Service Unavailable"),
        ("loop", "refers from one address to the next without end"),
        ("file", "refers to an address that is not followed; expected http:// or https://"),
        ("nowhere", "refers to an address that is none"),
        ("drip", "no answer within 2 s"),
        ("huge", "a picture of more than 32 MiB"),
        ("garbage", "answers, but not in HTTP"),
    ],
)
def test_what_is_no_picture_is_told_with_the_cause(camera: StillCamera, way: str, cause: str) -> None:
    def answer(handler: _Handler) -> None:
        try:
            answers(handler)[way]()
        except OSError:
            handler.close_connection = True

    camera.answer = answer
    client = camera.client()
    started_s = time.monotonic()
    with pytest.raises(SourceError, match=re.escape(cause)):
        client.fetch()
    assert time.monotonic() - started_s < limit_s(3)
    # And the next good picture is fetched.
    camera.answer = lambda handler: handler.give(encoded(70))
    assert client.fetch() == encoded(70)
    client.close()


@pytest.mark.parametrize("way", ["page", "damaged", "nothing"])
def test_a_source_of_no_picture_says_why(camera: StillCamera, way: str) -> None:
    camera.answer = lambda handler: answers(handler)[way]()
    expected = (
        "web page" if way == "page" else "no frame that can be decoded" if way == "damaged" else "answers"
    )
    assert expected in failure(camera.source())


def test_a_password_is_not_told_to_another_host(camera: StillCamera) -> None:
    other = StillCamera()
    thread = threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    asks = 'Basic realm="x"'
    camera.answer = lambda handler: handler.give(b"", status=302, Location=other.url)
    other.answer = lambda handler: handler.give(b"", status=401, WWW_Authenticate=asks)
    client = camera.client("user:topsecret@")
    with pytest.raises(SourceError, match="401"):
        client.fetch()
    client.close()
    other.shutdown()
    thread.join()
    other.server_close()
    assert not any(handler.headers.get("Authorization") for handler in other.asked)


def test_a_camera_that_ends_each_connection_is_fetched_again(camera: StillCamera) -> None:
    def answer(handler: _Handler) -> None:
        handler.give(encoded(70))
        handler.close_connection = True  # without a word

    camera.answer = answer
    client = camera.client()
    assert [client.fetch() for _ in range(3)] == [encoded(70)] * 3
    client.close()


def test_it_becomes_a_video_when_the_camera_sends_one(camera: StillCamera) -> None:
    part = b"--x\r\nContent-Type: image/jpeg\r\n\r\n" + encoded(70) + b"\r\n"

    def answer(handler: _Handler) -> None:
        if len(camera.asked) < 3:
            handler.give(encoded(120))
        else:
            handler.give(part * 30, "multipart/x-mixed-replace; boundary=x")

    camera.answer = answer
    source = camera.source()
    assert failure(source) == "answers, but not with a video that can be read"
    assert levels(source, 5) == [7] * 5


def test_a_video_that_ends_after_its_first_small_picture_is_shown(camera: StillCamera) -> None:
    head = b"--x\r\nContent-Type: image/jpeg\r\nContent-Length: "

    def answer(handler: _Handler) -> None:
        content = encoded(70)
        part = head + str(len(content)).encode() + b"\r\n\r\n" + content + b"\r\n"
        handler.close_connection = True
        handler.send_response(200)
        handler.send_header("Content-Type", "multipart/x-mixed-replace; boundary=x")
        handler.end_headers()
        handler.wfile.write(part)

    camera.answer = answer
    source = camera.source("?video")
    assert failure(source) == "answers, but not with a video that can be read"
    for _ in range(2):
        assert levels(source, 1) == [7]
    assert failure(source).endswith("ended the connection")


def test_over_tls_its_certificate_is_checked(
    camera: StillCamera, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    files = authority.sign("camera")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    camera.socket = context.wrap_socket(camera.socket, server_side=True)
    camera.url = camera.url.replace("http:", "https:")
    client = camera.client()
    with pytest.raises(SourceError, match="TLS: the certificate is not trusted"):
        client.fetch()
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    trusted_authorities.cache_clear()
    try:
        assert client.fetch() == encoded()
    finally:
        client.close()
        monkeypatch.undo()
        trusted_authorities.cache_clear()
