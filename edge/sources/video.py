"""Decoding with PyAV, for files and network streams; its errors name their cause."""

from collections.abc import Generator
from contextlib import contextmanager

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from edge.domain import Frame
from edge.sources.base import SourceError


@contextmanager
def opened(
    address: str,
    name: str,
    *,
    options: dict[str, str] | None = None,
    open_s: float | None = None,
    read_s: float | None = None,
) -> Generator[tuple[InputContainer, VideoStream]]:
    """Open a video and its first picture stream; every error inside becomes a SourceError about `name`."""
    is_open = False
    try:
        with av.open(address, "r", options=options, timeout=(open_s, read_s)) as container:
            if not container.streams.video:
                raise SourceError(f"{name} holds no video")
            stream = container.streams.video[0]
            # One thread: more would take them from the inference, and frame threads add delay.
            stream.codec_context.thread_count = 1
            is_open = True
            yield container, stream
    except av.error.ExitError:  # how PyAV reports its time-outs
        if is_open:
            raise SourceError(f"{name}: no data for {read_s:g} s", state="stalled") from None
        raise SourceError(f"{name}: no answer within {open_s:g} s") from None
    except av.FFmpegError as error:
        # Never str(error): it holds the address with its password.
        raise SourceError(f"{name}: {error.strerror}") from None


def to_bgr(frame: av.VideoFrame) -> Frame:
    """Convert a decoded frame."""
    return frame.to_ndarray(format="bgr24").astype("uint8", copy=False)
