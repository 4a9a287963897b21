"""A network camera: RTSP, or video over HTTP such as MJPEG."""

import threading
import time
from collections.abc import Generator

import av

from edge.domain import Frame
from edge.redact import redact
from edge.sources.base import SourceError
from edge.sources.video import opened, to_bgr

SCHEMES = frozenset({"rtsp", "rtsps", "http", "https"})
_OPEN_S = 10.0
_OPTIONS = {
    "fflags": "nobuffer",  # the freshest frame is wanted, not the smoothest picture
    "analyzeduration": "1000000",  # microseconds: the default of 5 s would delay the first frame by as much
}
_RTSP_OPTIONS = {**_OPTIONS, "rtsp_transport": "tcp"}  # UDP loses packets, and pictures tear


class StreamSource:
    """A network camera's address; `stall_s` without a frame ends the connection."""

    def __init__(self, url: str, *, stall_s: float) -> None:
        self._url, self._stall_s = url, stall_s

    @property
    def name(self) -> str:
        """The address without user, password and query."""
        return redact(self._url)

    def frames(self, stop: threading.Event) -> Generator[Frame]:
        """Yield frames as they come."""
        options = _RTSP_OPTIONS if self._url.lower().startswith("rtsp") else _OPTIONS
        with opened(self._url, self.name, options=dict(options), open_s=_OPEN_S, read_s=self._stall_s) as (
            container,
            stream,
        ):
            last_s = time.monotonic()
            for packet in container.demux(stream):
                for frame in _decode(packet):
                    if stop.is_set():
                        return
                    last_s = time.monotonic()
                    yield to_bgr(frame)
                if time.monotonic() - last_s > self._stall_s:
                    raise SourceError(f"{self.name}: data, but no picture in it", state="stalled")
        raise SourceError(f"{self.name} ended the connection")


def _decode(packet: "av.Packet[av.VideoStream]") -> list[av.VideoFrame]:
    try:
        return packet.decode()
    except av.error.InvalidDataError:  # a damaged packet; the next key frame puts it right
        return []
