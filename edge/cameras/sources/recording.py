"""A video file or a folder of pictures, played in an endless loop as if it were a camera."""

import logging
import threading
from collections.abc import Generator, Iterator
from pathlib import Path
from stat import S_ISDIR

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream

from edge.cameras.sources.base import Pace, SourceError
from edge.cameras.sources.causes import why_no_file
from edge.cameras.sources.playback import Playback
from edge.cameras.sources.video import NO_FRAME, frames_of, opened
from edge.picture.frame_types import Frame

_log = logging.getLogger(__name__)
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
_PICTURE_S = 1.0
_OURS = Path(__file__).resolve().parents[3]


class RecordingSource:
    """A file or folder, at its own pace or as fast as its frames are taken; opened again at each attempt."""

    def __init__(self, path: Path, *, fast: bool = False) -> None:
        self._path = path
        self._damage_told = False
        self._passed_over: set[Path] = set()
        self.waits = fast

    @property
    def name(self) -> str:
        """The path, relative to the project if it is within, such as the sample clip's."""
        return str(self._path.relative_to(_OURS) if self._path.is_relative_to(_OURS) else self._path)

    def frames(self, stop: threading.Event) -> Generator[Frame]:
        """Yield each frame of a video at its own time, or every picture of a folder for a second."""
        try:
            mode = self._path.stat().st_mode
        except (OSError, ValueError) as error:
            raise SourceError(_why_no_path(self._path, error)) from None
        if S_ISDIR(mode) or self._path.suffix.lower() in _PICTURES:
            return self._play_pictures(stop)
        return self._play_video(stop)

    def _play_video(self, stop: threading.Event) -> Generator[Frame]:
        # With its protocol, as FFmpeg takes the text before a colon for one.
        address = f"file:{self._path.absolute()}"
        playback = Playback(fast=self.waits)
        while not stop.is_set():
            # Opened again for each round; the time of `playback` runs on, so the seam is invisible.
            with opened(address, self.name, why=why_no_file, protocols="file") as (container, stream):
                playback.begin(stream)
                for packet in self._packets(container, stream, playback):
                    for frame in frames_of(packet):
                        yield from playback.show(frame, stream, stop)
                    if stop.is_set():
                        return
            if not playback.frames:
                raise SourceError(f"{self.name}: {NO_FRAME}")

    def _packets(
        self, container: InputContainer, stream: VideoStream, playback: Playback
    ) -> Iterator["av.Packet[VideoStream]"]:
        """The packets of a round, up to the place where the file is damaged."""
        try:
            yield from container.demux(stream)
        except av.FFmpegError as error:
            if not playback.frames:
                raise SourceError(f"{self.name}: {why_no_file(error)}") from None
            if not self._damage_told:
                self._damage_told = True
                _log.warning(
                    "%s is damaged after %d frames: %s", self.name, playback.frames, why_no_file(error)
                )

    def _play_pictures(self, stop: threading.Event) -> Generator[Frame]:
        pace = Pace(0 if self.waits else _PICTURE_S)
        index = 0
        while not stop.is_set():
            round_start = index
            for file in _pictures(self._path):
                picture = _read(file)
                if picture is None:
                    if file not in self._passed_over:
                        self._passed_over.add(file)
                        _log.warning("%s is no readable picture; passed over", file)
                    continue
                if pace.wait(index, stop):
                    yield picture
                if stop.is_set():
                    return
                index += 1
            if index == round_start:
                expected = ", ".join(sorted(_PICTURES))
                raise SourceError(f"no readable picture in {self._path}; expected {expected}")


def _why_no_path(path: Path, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        missing = f"no such file or folder: {path}"
        # Somebody who writes `webcam` means a camera.
        return missing if path.suffix or len(path.parts) > 1 else f"{missing}; a webcam is 0 or /dev/video0"
    return f"{path}: {getattr(error, 'strerror', None) or error}"


def _read(file: Path) -> Frame | None:
    try:
        picture = cv2.imdecode(np.frombuffer(file.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    except (OSError, cv2.error, MemoryError):
        return None
    return None if picture is None else picture.astype("uint8", copy=False)


def _pictures(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    try:
        # Systems keep small or deleted pictures under hidden names.
        return sorted(
            file
            for file in path.iterdir()
            if file.suffix.lower() in _PICTURES and not file.name.startswith(".") and file.is_file()
        )
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from None
