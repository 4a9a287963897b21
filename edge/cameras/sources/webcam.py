"""A camera at this computer, through OpenCV."""

import errno
import os
import sys
import threading
from collections.abc import Generator
from pathlib import Path

import cv2

from edge.cameras.sources.base import SourceError
from edge.picture.frame_types import Frame

_WIDTH_PX, _HEIGHT_PX = 1280, 720  # requested: the driver takes the nearest size that it has


class WebcamSource:
    """A camera by its number or its device file."""

    waits = False

    def __init__(self, setting: str) -> None:
        self._is_linux = sys.platform == "linux"
        self._device = f"/dev/video{setting}" if setting.isdecimal() and self._is_linux else setting

    @property
    def name(self) -> str:
        """The device file, or except on Linux the number."""
        return self._device

    def frames(self, stop: threading.Event) -> Generator[Frame]:
        """Yield frames as fast as the camera gives them."""
        if self._is_linux:
            _check_device(self._device)
        capture = self._open()
        try:
            while not stop.is_set():
                got, frame = capture.read()
                # Some drivers say that there is a frame and give none, or an empty one.
                if not got or frame is None or not frame.size:
                    raise SourceError(f"{self._device} gives no frame; was it unplugged?")
                yield frame.astype("uint8", copy=False)
        finally:
            capture.release()

    def _open(self) -> cv2.VideoCapture:
        if self._is_linux:
            capture = cv2.VideoCapture(self._device, cv2.CAP_V4L2)
        else:
            capture = cv2.VideoCapture(int(self._device), cv2.CAP_ANY)
        if not capture.isOpened():
            capture.release()
            raise SourceError(f"{self._device} is busy, or no camera; does another program use it?")
        # Compressed, as USB 2 carries 1280x720 uncompressed at 10 frames a second only.
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, _WIDTH_PX)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, _HEIGHT_PX)
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        return capture


def _check_device(device: str) -> None:
    """Raise SourceError for causes that OpenCV would only print."""
    try:
        os.close(os.open(device, os.O_RDWR | os.O_NONBLOCK))
    except OSError as error:
        raise SourceError(why_no_device(device, error)) from None


def why_no_device(device: str, error: OSError) -> str:
    """The reason why the system refuses to open a device."""
    if error.errno == errno.ENOENT:
        there = ", ".join(sorted(map(str, Path("/dev").glob("video*")))) or "none"
        return f"no such camera: {device}; there is: {there}"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"no permission for {device}; is this user in the group video?"
    if error.errno == errno.EBUSY:
        return f"{device} is busy; does another program use it?"
    if error.errno in (errno.ENODEV, errno.ENXIO):
        return f"{device} is not connected any more; was it unplugged?"
    return f"{device}: {error.strerror}"
