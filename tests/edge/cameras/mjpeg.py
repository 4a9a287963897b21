"""A network camera over HTTP(S) as a process: each path is a well-behaved camera or one kind of failure.

`python -m tests.edge.cameras.mjpeg PORT [CERTIFICATE.pem KEY.pem]`
"""

import base64
import io
import ssl
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import av
import cv2
import numpy as np

from tests.edge.kit import grey

USER, PASSWORD = "user", "s@:/?#%41x"
QUOTED = "s%40%3A%2F%3F%23%2541x"
LEVEL = 120
_FRAME_S = 0.05
_MANY = 10**9


class MjpegCamera(BaseHTTPRequestHandler):
    """/video (with a password), /open (without), and one path for each way to fail."""

    def do_GET(self) -> None:
        """Answer until the client, or this process, ends."""
        try:
            self._answer(self.path.partition("?")[0])
        except OSError:
            self.close_connection = True

    def _answer(self, path: str) -> None:
        if path in _PARTS:
            if path == "/video" and self.headers.get("Authorization") != _AUTHORIZATION:
                self._head(401, "text/plain", {"WWW-Authenticate": 'Basic realm="camera"'})
                return
            self._head(200, "multipart/x-mixed-replace; boundary=frame")
            self._stream(*_PARTS[path])
        elif path == "/sound":
            self._head(200, "video/mp2t")
            for packet in _video_then_sound():
                self.wfile.write(packet)
                time.sleep(_FRAME_S)
        elif path == "/page":
            self._head(200, "text/html")
            self.wfile.write(b"<html><body>Log in</body></html>" * 100)
        elif path == "/headers":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                self.wfile.write(b"X-Filler: x\r\n" * 1000)
        elif path == "/bare":
            self._head(200, "multipart/x-mixed-replace")
            self._stream(3, _NO_PICTURE)
        elif path == "/slow":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Filler: ")
            while True:
                self.wfile.write(b"x")
                time.sleep(_FRAME_S)
        else:
            self._head({"/forbidden": 403, "/broken": 503}.get(path, 404), "text/plain")

    def _stream(self, frames: int, then: bytes) -> None:
        """Send `frames` pictures, then end, fall silent, or send these bytes until the client goes."""
        jpeg = cv2.imencode(".jpg", grey(LEVEL))[1].tobytes()
        part = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(jpeg), jpeg)
        for _ in range(frames):
            self.wfile.write(part)
            time.sleep(_FRAME_S)
        while then:
            self.wfile.write(then)
            time.sleep(_FRAME_S)

    def _head(self, status: int, kind: str, more: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def _video_then_sound() -> Iterator[bytes]:
    """A transport stream with a second of pictures, all at once, and then ten seconds of sound alone."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mpegts") as container:
        pictures = container.add_stream("libx264", rate=25)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("mp2", rate=16_000)
        for _ in range(25):
            container.mux(pictures.encode(av.VideoFrame.from_ndarray(grey(LEVEL), format="bgr24")))
        container.mux(pictures.encode(None))
        samples = np.zeros((1, 16_000), np.int16)
        for second in range(10):
            heard = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
            heard.sample_rate, heard.pts = 16_000, second * 16_000
            container.mux(sound.encode(heard))
        container.mux(sound.encode(None))
    stream = buffer.getvalue()
    first = len(stream) // 5
    yield stream[:first]
    for start in range(first, len(stream), 1_316):
        yield stream[start : start + 1_316]


_AUTHORIZATION = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
_NO_PICTURE = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 9\r\n\r\nnot a jpeg\r\n"
_PARTS = {
    "/video": (_MANY, b""),
    "/open": (_MANY, b""),
    "/ends": (3, b""),
    "/trickle": (3, b"\r\n"),  # bytes that never become a part
    "/damaged": (3, _NO_PICTURE),  # parts that never become a picture
    "/nothing": (0, b"\r\n"),
}


def main() -> None:
    """Serve until killed."""
    port, *files = sys.argv[1:]
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), MjpegCamera)
    if files:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
