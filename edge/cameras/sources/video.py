"""Decoding with PyAV, for files and network streams."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from typing import IO, Any, cast

import av
from av.buffer import Buffer
from av.container import InputContainer
from av.sidedata.sidedata import Type
from av.stream import Discard, Disposition
from av.video.stream import VideoStream

from common.wire import MAX_FRAME_PIXELS
from edge.cameras.sources.base import SourceError
from edge.cameras.sources.display_matrix import upright
from edge.picture.frame_types import Frame

_MEGAPIXELS = MAX_FRAME_PIXELS // 10**6
NO_FRAME = f"no frame that can be decoded: damaged, or of more than {_MEGAPIXELS} megapixels"
# Longest side of a frame that is handed out: a half of 4K, and more than the model or a snapshot needs.
_LONGEST_PX = 1920
# Of a pixel; what is narrower is a fault of the file.
_NARROWEST = 0.25
_MAX_PIXELS = {"max_pixels": str(MAX_FRAME_PIXELS)}
# What is shown instead of a film: the cover of a song, pictures of chapters.
_PICTURE_CODECS = frozenset({"mjpeg", "png", "bmp", "gif", "webp", "tiff"})
_COVER = Disposition.attached_pic | Disposition.timed_thumbnails


@contextmanager
def opened(
    address: str | IO[bytes],
    name: str,
    *,
    why: Callable[[av.FFmpegError], str],
    protocols: str,
    form: str | None = None,
    options: dict[str, str] | None = None,
    open_s: float | None = None,
    read_s: float | None = None,
) -> Generator[tuple[InputContainer, VideoStream]]:
    """Open a video and its main picture stream; SourceError, with `name` and the text of `why`, on failure.

    Nothing but the `protocols` (FFmpeg's names, with commas) is spoken, whatever the video refers to. `form`
    is FFmpeg's name of the container, where it is known.
    Errors of reading, later, pass through as av.FFmpegError; their text holds the address with its password.
    """
    options = _MAX_PIXELS | {"protocol_whitelist": protocols} | (options or {})
    try:
        container = av.open(
            address, "r", format=form, options=options, timeout=(open_s, read_s), metadata_errors="replace"
        )
    except av.FFmpegError as error:
        raise SourceError(f"{name}: {why(error)}") from None
    except Exception as error:  # whatever the library makes of damaged data, or of a name
        raise SourceError(f"{name} cannot be opened ({type(error).__name__})") from None
    with container:
        stream = _main_stream(container, name)
        for other in container.streams.video:
            if other is not stream:
                other.discard = Discard.all
        context = stream.codec_context
        if context.width * context.height > MAX_FRAME_PIXELS:
            size = f"{context.width} x {context.height} pixels"
            raise SourceError(f"{name}: {size}; expected at most {_MEGAPIXELS} megapixels")
        # A stream may grow later.
        context.options = _MAX_PIXELS
        # One thread: more would take cores from the inference, and frame threads add delay.
        context.thread_count = 1
        yield container, stream


def frames_of(packet: "av.Packet[Any]") -> list[av.VideoFrame]:
    """The packet's frames; none of a damaged one, which the next key frame puts right."""
    try:
        return [frame for frame in packet.decode() if isinstance(frame, av.VideoFrame)]
    except Exception:  # whatever a decoder makes of damaged data
        return []


class DisplayMatrix:
    """The display matrix of a camera's frames; read of its first one, and again when the rotation changes.

    A frame whose side data were read stays, with its memory and threads, until the garbage collector comes:
    PyAV ties the two to each other.
    """

    def __init__(self) -> None:
        self._rotation: int | None = None
        self._matrix: bytes | None = None

    def of(self, frame: av.VideoFrame) -> bytes | None:
        """The frame's matrix as FFmpeg gives it; None without one."""
        if frame.rotation != self._rotation:
            self._rotation = frame.rotation
            # PyAV's own type of this mapping knows one key only.
            found = cast(Mapping[Type, Buffer], frame.side_data).get(Type.DISPLAYMATRIX)
            self._matrix = bytes(found) if found else None
        return self._matrix


def to_bgr(frame: av.VideoFrame, *, matrix: DisplayMatrix, pixel_aspect: Fraction | None = None) -> Frame:
    """Convert a decoded frame: upright, with square pixels, and made smaller when it is very large.

    `matrix` is that of the frame's stream; `pixel_aspect` is a pixel's width divided by its height.
    """
    aspect = float(pixel_aspect or 1)
    if not _NARROWEST <= aspect <= 1 / _NARROWEST:
        aspect = 1.0
    # One way is compressed, as nothing would be gained by stretching the other one.
    width, height = frame.width * min(1.0, aspect), frame.height * min(1.0, 1 / aspect)
    shrink = min(1.0, _LONGEST_PX / max(width, height))
    size = max(1, round(width * shrink)), max(1, round(height * shrink))
    changes = size != (frame.width, frame.height)
    picture = frame.to_ndarray(
        format="bgr24", width=size[0], height=size[1], interpolation="AREA" if changes else None
    )
    return upright(picture.astype("uint8", copy=False), matrix.of(frame))


def _main_stream(container: InputContainer, name: str) -> VideoStream:
    """The default video, of several ones the largest; SourceError when there is none that can be decoded."""
    videos = [stream for stream in container.streams.video if not stream.disposition & _COVER]
    if not videos:
        raise SourceError(f"{name}: no video in it, only {_kinds(container)}")
    known = [stream for stream in videos if stream.codec_context]
    if not known:
        raise SourceError(f"{name}: no decoder for its kind of video")
    return max(known, key=_rank)


def _rank(stream: VideoStream) -> tuple[bool, bool, bool, int]:
    # Not every file marks its cover as one.
    context = stream.codec_context
    moves = stream.frames != 1, context.name not in _PICTURE_CODECS
    return *moves, bool(stream.disposition & Disposition.default), context.width * context.height


def _kinds(container: InputContainer) -> str:
    kinds = {"a cover picture" if stream.type == "video" else stream.type for stream in container.streams}
    return " and ".join(sorted(kinds)) or "data"
