"""JPEG files: headers of foreign ones are checked before anything is decoded."""

import cv2
import numpy as np

from common.wire import MAX_FRAME_PIXELS, MAX_MESSAGE_BYTES
from edge.picture.frame_types import Frame

_START, _SCAN, _END = b"\xff\xd8", 0xDA, b"\xff\xd9"
# Markers of a start of frame: baseline, progressive and the like; not C4, C8 and CC among them.
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class JpegError(Exception):
    """Bytes that are refused as a picture; the text says why, in the same words each time."""


def decode(content: bytes) -> Frame:
    """The picture, BGR uint8 [height, width, 3], turned as its EXIF data say; raises JpegError."""
    if len(content) > MAX_MESSAGE_BYTES:
        raise JpegError(f"more than {MAX_MESSAGE_BYTES} bytes")
    width, height = _size(content)
    if not 0 < width * height <= MAX_FRAME_PIXELS:
        raise JpegError(f"{width} x {height} pixels; expected 1 to {MAX_FRAME_PIXELS}")
    try:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        picture = None
    if picture is None:
        raise JpegError("damaged JPEG")
    return picture.astype(np.uint8, copy=False)


def encode(frame: Frame, *, quality: int) -> bytes:
    """A frame, BGR uint8 [height, width, 3], as a JPEG; `quality` is 0 to 100."""
    encoded, content = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not encoded:  # a frame of the loop can always be encoded
        raise ValueError(f"a frame of shape {frame.shape} can't be encoded as JPEG")
    return content.tobytes()


def _size(content: bytes) -> tuple[int, int]:
    """Width and height from the header of a complete file; raises JpegError."""
    if not content.startswith(_START):
        raise JpegError("not a JPEG; expected the bytes FF D8 at its start")
    size, at = None, 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        if marker in _SIZES:
            size = int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        elif marker == _SCAN:
            if size is None:
                raise JpegError("damaged JPEG: no size before the picture's data")
            # These bytes cannot be in the data itself; some cameras append more behind them.
            if content.find(_END, at) < 0:
                raise JpegError("truncated JPEG")
            return size
        at += 2 + int.from_bytes(content[at + 2 : at + 4])
    raise JpegError("truncated or damaged JPEG")
