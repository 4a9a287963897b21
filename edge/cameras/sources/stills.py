"""A camera that answers each request with one still picture."""

import io
import threading
import time
from collections.abc import Generator

import av

from edge.cameras.sources.base import SourceError
from edge.cameras.sources.http_picture import PictureClient
from edge.cameras.sources.video import NO_FRAME, DisplayMatrix, frames_of, opened, to_bgr
from edge.picture.frame_types import Frame

_EVERY_S = 1.0


def poll_stills(
    client: PictureClient, stop: threading.Event, *, every_s: float = _EVERY_S
) -> Generator[Frame]:
    """Fetch and yield pictures, one in `every_s`, until `stop` or SourceError; an unchanged one again."""
    picture: Frame | None = None
    matrix = DisplayMatrix()
    while not stop.is_set():
        due_s = time.monotonic() + every_s
        content = client.fetch()
        if content is not None:
            picture = decode_still(content, name=client.name, matrix=matrix)
        if picture is not None:
            yield picture
        stop.wait(max(0.0, due_s - time.monotonic()))


def decode_still(content: bytes, *, name: str, matrix: DisplayMatrix) -> Frame:
    """The picture in a file of any usual kind, turned as its EXIF data say; SourceError with `name`.

    `matrix` is that of the camera's pictures.
    """

    def why(_: av.FFmpegError) -> str:
        return "no picture that can be read"

    with opened(io.BytesIO(content), name, why=why, protocols="none") as (container, stream):
        for packet in container.demux(stream):
            for frame in frames_of(packet):
                return to_bgr(frame, matrix=matrix)
    raise SourceError(f"{name}: {NO_FRAME}")
