"""The cameras that an edge was given, in files of its data folder that only its user can read."""

import json
import logging
import os
import shutil
from pathlib import Path

from edge.added.added_camera import AddedCamera, read_camera

_log = logging.getLogger(__name__)
_UNFINISHED = ".unfinished"


class AddedCameras:
    """A folder for each camera, in which its address, with any password, is a file of its own (mode 0600)."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when a camera is kept."""
        self._folder = folder

    def all(self) -> list[AddedCamera]:
        """The cameras in the order of their names; a damaged one is logged and left out."""
        found = []
        for each in sorted(self._folder.iterdir()) if self._folder.is_dir() else ():
            if each.name.startswith("."):
                shutil.rmtree(each, ignore_errors=True)  # of a write that was broken off
                continue
            try:
                described = json.loads((each / "camera.json").read_text(encoding="utf-8"))
                source = self.source_file(each.name).read_text(encoding="utf-8")
                found.append(read_camera({**described, "thing": each.name, "source": source}))
            except (OSError, ValueError, TypeError) as error:
                _log.error("%s holds no camera that can be read: %s", each, type(error).__name__)
        return found

    def put(self, camera: AddedCamera) -> None:
        """Keep a camera, in place of one of the same name; OSError if that fails."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        making = self._folder / f".{camera.thing}{_UNFINISHED}"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        described = {"title": camera.title, "region": list(camera.region)}
        _write(making / "camera.json", json.dumps(described))
        _write(making / "source", camera.source)
        self.remove(camera.thing)
        making.rename(self._folder / camera.thing)

    def remove(self, thing: str) -> None:
        """Forget a camera, its address included; OSError if that fails."""
        there = self._folder / thing
        if there.exists():
            gone = self._folder / f".{thing}.gone"
            there.rename(gone)  # in one step
            shutil.rmtree(gone)

    def source_file(self, thing: str) -> Path:
        """The file with a camera's address."""
        return self._folder / thing / "source"


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
