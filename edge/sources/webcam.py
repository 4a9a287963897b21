"""A camera at this computer, through OpenCV."""

import os
import sys
import threading
from collections.abc import Generator
from pathlib import Path

import cv2

from edge.domain import Frame
from edge.sources.base import SourceError

_WIDTH_PX, _HEIGHT_PX = 1280, 720  # a wish: the driver takes the nearest that it can


class WebcamSource:
    """A camera by its number or its device file."""

    def __init__(self, setting: str) -> None:
        self._is_linux = sys.platform == "linux"
        self._device = f"/dev/video{setting}" if setting.isdecimal() and self._is_linux else setting

    @property
    def name(self) -> str:
        """The device file, elsewhere than on Linux the number."""
        return self._device

    def frames(self, stop: threading.Event) -> Generator[Frame]:
        """Yield frames as fast as the camera gives them."""
        self._check_device()
        capture = self._open()
        try:
            while not stop.is_set():
                got, frame = capture.read()
                if not got:
                    raise SourceError(f"{self._device} gives no frame; was it unplugged?")
                yield frame.astype("uint8", copy=False)
        finally:
            capture.release()

    def _check_device(self) -> None:
        """Find out what OpenCV would only print."""
        if not self._is_linux:
            return
        if not Path(self._device).exists():
            raise SourceError(f"no such camera: {self._device}")
        if not os.access(self._device, os.R_OK | os.W_OK):
            raise SourceError(f"no permission for {self._device}; is this user in the group video?")

    def _open(self) -> cv2.VideoCapture:
        if self._is_linux:
            capture = cv2.VideoCapture(self._device, cv2.CAP_V4L2)
        else:
            capture = cv2.VideoCapture(int(self._device), cv2.CAP_ANY)
        if not capture.isOpened():
            capture.release()
            raise SourceError(f"{self._device} does not open; does another program use it?")
        # Compressed, as USB 2 carries 1280x720 uncompressed at 10 frames a second only.
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, _WIDTH_PX)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, _HEIGHT_PX)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        return capture
