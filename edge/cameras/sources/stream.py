"""A network camera: RTSP, or video over HTTP such as MJPEG."""

import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from edge.cameras.sources.address import PORTS, TLS_SCHEMES, Address, parse_address
from edge.cameras.sources.backlog import Backlog
from edge.cameras.sources.base import SourceError
from edge.cameras.sources.causes import NO_VIDEO, why_no_stream
from edge.cameras.sources.http_picture import PictureClient
from edge.cameras.sources.pinned import pinned
from edge.cameras.sources.playback import Playback
from edge.cameras.sources.reach import Reach
from edge.cameras.sources.stills import poll_stills
from edge.cameras.sources.video import frames_of, opened
from edge.picture.frame_types import Frame
from edge.process.connection_causes import trusted_authorities

SCHEMES = frozenset(PORTS)
# FFmpeg's names. What a camera answers may refer to other addresses, but to no file and no other protocol.
_RTSP = "rtp,srtp,udp,tcp,tls"
_HTTP = "http,https,tcp,tls"
_PROTOCOLS = {"rtsp": f"rtsp,{_RTSP}", "rtsps": f"rtsps,{_RTSP}", "http": _HTTP, "https": _HTTP}
_OPEN_S = 10.0
_PARTS = "mpjpeg"
_OPTIONS = {
    # The library would read 20 frames to find the rate, which is not needed.
    "fpsprobesize": "0",
    "analyzeduration": "1000000",  # microseconds
    # A camera stands in our own network: not by the proxy that the variable http_proxy names.
    "http_proxy": "",
}
_RTSP_OPTIONS = {
    "rtsp_flags": "prefer_tcp",  # with UDP packets get lost, and pictures tear
    "allowed_media_types": "video",
}


class StreamSource:
    """A network camera's address; `stall_s` without a frame ends the connection."""

    waits = False

    def __init__(
        self, url: str, *, stall_s: float, open_s: float = _OPEN_S, reach: Reach | None = None
    ) -> None:
        """ValueError, without the password, for a malformed address. `reach` judges all that is reached."""
        self._address, self._stall_s, self._open_s = parse_address(url), stall_s, open_s
        self._reach = reach
        # What the camera was seen to send: "still", or FFmpeg's name of a container that it did not know.
        self._form: str | None = None

    @property
    def name(self) -> str:
        """The address without user, password and query."""
        return self._address.name

    def frames(self, stop: threading.Event) -> Generator[Frame]:
        """Yield frames as they come, those of a recording at its own pace, a still picture each second."""
        if self._form != "still":
            yield from self._play(stop)
        if self._form == "still":
            yield from self._poll(stop)

    def _poll(self, stop: threading.Event) -> Generator[Frame]:
        # When it fails, another camera may be at this address.
        self._form = None
        with closing(self._pictures(self._stall_s)) as client:
            try:
                yield from poll_stills(client, stop)
            finally:
                self._form = _PARTS if client.sends_video else None

    def _play(self, stop: threading.Event) -> Generator[Frame]:
        started_s = time.monotonic()
        form, self._form = self._form, None

        def why(error: av.FFmpegError) -> str:
            return self._why_not_opened(error, waited_s=time.monotonic() - started_s)

        url, options = self._address.url, _options(self._address)
        if self._reach is not None:
            url, more = pinned(self._address, self._reach, limit_s=self._open_s)
            options |= more
        with opened(
            url,
            self.name,
            why=why,
            protocols=_PROTOCOLS[self._address.scheme],
            form=form,
            options=options,
            open_s=self._open_s,
            read_s=self._stall_s,
        ) as (container, stream):
            self._form = "still" if _is_still(container) else form
            if self._form == "still":
                return
            # A live stream has no length, and its own pace.
            playback = Playback(fast=not container.duration)
            playback.begin(stream)
            try:
                for frame in self._decode(container, stream, is_live=not container.duration):
                    yield from playback.show(frame, stream, stop)
                    if stop.is_set():
                        return
            except av.error.ExitError:  # PyAV's form of a time-out
                raise self._stalled("no data", self._stall_s) from None
            except av.error.InvalidDataError:
                raise SourceError(f"{self.name}: no picture in the data") from None
            except av.FFmpegError:  # any error of the network means this
                pass
        raise SourceError(f"{self.name} ended the connection")

    def _pictures(self, limit_s: float) -> PictureClient:
        return PictureClient(self._address, limit_s=limit_s, reach=self._reach)

    def _why_not_opened(self, error: av.FFmpegError, *, waited_s: float) -> str:
        cause = why_no_stream(error, self._address, waited_s=waited_s, limit_s=self._open_s)
        if cause == NO_VIDEO and self._address.scheme in ("http", "https"):
            with closing(self._pictures(self._open_s)) as client:
                try:
                    client.fetch()
                except SourceError as known:
                    self._form = _PARTS if client.sends_video else None
                    return str(known).removeprefix(f"{self.name}: ")
        return cause

    def _decode(
        self, container: InputContainer, stream: VideoStream, *, is_live: bool
    ) -> Iterator[av.VideoFrame]:
        backlog = Backlog()
        # A camera may begin between two key frames.
        last_s, limit_s = time.monotonic(), max(self._stall_s, self._open_s)
        asked_s, idle_s = last_s, 0.0
        # Sound is read too, though it is dropped: a camera may send nothing else any more.
        for packet in container.demux():
            waited_s = time.monotonic() - asked_s
            idle_s += waited_s
            if waited_s >= self._stall_s:
                # Nothing new came: this is a packet that the parser held back, too old to be shown as new.
                raise self._stalled("no data", self._stall_s)
            if packet.stream_index == stream.index:
                if is_live and not backlog.wants(is_key=packet.is_keyframe, waited_s=idle_s):
                    last_s = time.monotonic()
                else:
                    for frame in frames_of(packet):
                        yield frame
                        last_s, limit_s = time.monotonic(), self._stall_s
                idle_s = 0.0
            if time.monotonic() - last_s > limit_s:
                raise self._stalled("no picture in the data", limit_s)
            asked_s = time.monotonic()

    def _stalled(self, what: str, for_s: float) -> SourceError:
        return SourceError(f"{self.name}: {what} for {for_s:g} s", state="stalled")


def _is_still(container: InputContainer) -> bool:
    # By the address's suffix, or by the picture itself: jpeg_pipe, png_pipe, webp_pipe.
    return container.format.name == "image2" or container.format.name.endswith("_pipe")


def _options(address: Address) -> dict[str, str]:
    options = dict(_OPTIONS)
    if address.scheme.startswith("rtsp"):
        options |= _RTSP_OPTIONS
    if address.scheme in TLS_SCHEMES:
        # By default the library accepts any certificate.
        options |= {"tls_verify": "1", "ca_file": trusted_authorities()}
    return options
