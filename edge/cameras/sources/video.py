"""Decoding with PyAV, for files and network streams."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import cast

import av
from av.buffer import Buffer
from av.container import InputContainer
from av.sidedata.sidedata import Type
from av.video.stream import VideoStream

from edge.cameras.sources.base import SourceError
from edge.cameras.sources.display_matrix import upright
from edge.picture.frame_types import Frame


@contextmanager
def opened(
    address: str,
    name: str,
    *,
    why: Callable[[av.FFmpegError], str],
    options: dict[str, str] | None = None,
    open_s: float | None = None,
    read_s: float | None = None,
) -> Generator[tuple[InputContainer, VideoStream]]:
    """Open a video and its first picture stream; SourceError, with `name` and the text of `why`, on failure.

    Errors of reading, later, pass through as av.FFmpegError; their text holds the address with its password.
    """
    try:
        container = av.open(address, "r", options=options, timeout=(open_s, read_s))
    except av.FFmpegError as error:
        raise SourceError(f"{name}: {why(error)}") from None
    with container:
        if not container.streams.video:
            raise SourceError(f"{name}: no picture in it, only {_kinds(container)}")
        stream = container.streams.video[0]
        # One thread: more would take cores from the inference, and frame threads add delay.
        stream.codec_context.thread_count = 1
        yield container, stream


def to_bgr(frame: av.VideoFrame) -> Frame:
    """Convert a decoded frame, upright as a player shows it."""
    picture = frame.to_ndarray(format="bgr24").astype("uint8", copy=False)
    # PyAV's own type of this mapping knows one key only.
    matrix = cast(Mapping[Type, Buffer], frame.side_data).get(Type.DISPLAYMATRIX)
    return upright(picture, bytes(matrix) if matrix else None)


def _kinds(container: InputContainer) -> str:
    return " and ".join(sorted({stream.type for stream in container.streams})) or "data"
