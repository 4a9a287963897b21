"""A video file or a folder of pictures, played in an endless loop as if it were a camera."""

import logging
import threading
from collections.abc import Generator
from pathlib import Path

import av
import cv2

from edge.cameras.sources.base import Pace, SourceError
from edge.cameras.sources.causes import why_no_file
from edge.cameras.sources.video import opened, to_bgr
from edge.picture.frame_types import Frame

_log = logging.getLogger(__name__)
_PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
_PICTURE_S = 1.0
_OURS = Path(__file__).resolve().parents[3]
_USUAL_FPS = 25.0  # for a file without a rate


class RecordingSource:
    """A file or folder, at its own pace or as fast as its frames are taken; opened again at each attempt."""

    def __init__(self, path: Path, *, fast: bool = False) -> None:
        self._path = path
        self.waits = fast

    @property
    def name(self) -> str:
        """The path, relative to the project if it is within, such as the sample clip's."""
        return str(self._path.relative_to(_OURS) if self._path.is_relative_to(_OURS) else self._path)

    def frames(self, stop: threading.Event) -> Generator[Frame]:
        """Yield frame i at start + i / fps of a video, or every picture of a folder for a second."""
        if not self._path.exists():
            raise SourceError(f"no such file or folder: {self._path}")
        if self._path.is_dir() or self._path.suffix.lower() in _PICTURES:
            return self._play_pictures(stop)
        return self._play_video(stop)

    def _play_video(self, stop: threading.Event) -> Generator[Frame]:
        pace: Pace | None = None
        index = 0
        while not stop.is_set():
            round_start = index
            # Opened again for each round; the clock of `pace` runs on, so the seam is invisible.
            with opened(str(self._path), self.name, why=why_no_file) as (container, stream):
                pace = pace or Pace(0 if self.waits else 1 / float(stream.average_rate or _USUAL_FPS))
                try:
                    for frame in container.decode(stream):
                        if pace.wait(index, stop):
                            yield to_bgr(frame)
                        if stop.is_set():
                            return
                        index += 1
                except av.FFmpegError as error:
                    raise SourceError(f"{self.name}: {why_no_file(error)}") from None
            if index == round_start:
                raise SourceError(f"{self.name} holds no frame")

    def _play_pictures(self, stop: threading.Event) -> Generator[Frame]:
        pace = Pace(0 if self.waits else _PICTURE_S)
        index = 0
        while not stop.is_set():
            round_start = index
            for file in _pictures(self._path):
                picture = cv2.imread(str(file), cv2.IMREAD_COLOR)
                if picture is None:
                    _log.warning("%s is no readable picture; passed over", file)
                    continue
                if pace.wait(index, stop):
                    yield picture.astype("uint8", copy=False)
                if stop.is_set():
                    return
                index += 1
            if index == round_start:
                expected = ", ".join(sorted(_PICTURES))
                raise SourceError(f"no readable picture in {self._path}; expected {expected}")


def _pictures(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    try:
        return sorted(file for file in path.iterdir() if file.suffix.lower() in _PICTURES)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from None
