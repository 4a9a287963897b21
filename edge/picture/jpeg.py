"""JPEG files: headers of foreign ones are checked before anything is decoded."""

import cv2
import numpy as np

from common.jpeg_header import JpegError as JpegError
from common.jpeg_header import check_frame
from edge.picture.frame_types import Frame


def decode(content: bytes) -> Frame:
    """The picture, BGR uint8 [height, width, 3], turned as its EXIF data say; raises JpegError."""
    check_frame(content)
    try:
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except (cv2.error, MemoryError):
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
