"""JPEG files as cameras send them over MQTT, and ones with a false header."""

import cv2
import numpy as np

from edge.picture.frame_types import Frame
from tests.edge.kit import grey


def encode(frame: Frame) -> bytes:
    done, jpeg = cv2.imencode(".jpg", frame)
    assert done
    return jpeg.tobytes()


def shown(content: bytes) -> Frame:
    """The content of a JPEG made here."""
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return picture.astype(np.uint8, copy=False)


def claiming(width: int, height: int) -> bytes:
    """A small JPEG whose header claims another size."""
    jpeg = bytearray(encode(grey(90)))
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = height.to_bytes(2) + width.to_bytes(2)
    return bytes(jpeg)


JPEG = encode(grey(90))
