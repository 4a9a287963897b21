"""The folder of the models that an edge keeps: the one that it is to use, and the last that worked."""

import contextlib
import json
import logging
import shutil
from pathlib import Path
from typing import Any

from edge.process.model_download import PART
from models.errors import ModelError
from models.files import write_atomically

_log = logging.getLogger(__name__)
_STATE = "models.json"
_SHORT = 12


class ModelFolder:
    """Files named by their fingerprints, and what is known of them; for one process."""

    def __init__(self, data: Path) -> None:
        """Take the folder `models` of a data folder, made if missing; ModelError if it can't be."""
        self._folder = data / "models"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for part in self._folder.glob(f"{PART}*"):  # of a process that was killed
                part.unlink(missing_ok=True)
        except OSError as error:
            raise ModelError(f"{data} (LOOKALIKE_EDGE_DATA) can't be written: {error.strerror}") from None
        self._state = _read(self._folder / _STATE)

    def path(self, fingerprint: str) -> Path:
        """The file of a model, there or not."""
        return self._folder / f"{fingerprint[:_SHORT]}.onnx"

    def has(self, fingerprint: str) -> bool:
        """Whether a model's file is there; a whole one, as parts have other names."""
        return self.path(fingerprint).is_file()

    def remove(self, fingerprint: str) -> None:
        """Remove a file, which is damaged."""
        with contextlib.suppress(OSError):
            self.path(fingerprint).unlink(missing_ok=True)

    @property
    def good(self) -> str | None:
        """The fingerprint of the last model that worked, if its file is there."""
        found = self._state["good"]
        return found if isinstance(found, str) and self.has(found) else None

    def note_try(self, fingerprint: str) -> int:
        """Note that a model is tried now; the number of its tries since it last worked, this one included.

        It is written before the model is loaded, because that may end the process.
        """
        tries = self._tries
        count = tries.get(fingerprint, 0)
        count = (count if isinstance(count, int) else 0) + 1
        self._write({"good": self._state["good"], "tries": {fingerprint: count}})
        return count

    def forget_tries(self) -> None:
        """Note that no try ended the process."""
        if self._tries:
            self._write({"good": self._state["good"], "tries": {}})

    def note_good(self, fingerprint: str, file: Path) -> None:
        """Note that a model works, keep its file, and remove those of models that are no longer needed."""
        kept = self.path(fingerprint)
        if self._state == {"good": fingerprint, "tries": {}} and kept.is_file():
            return
        try:
            if file != kept and not kept.is_file():
                part = kept.with_name(f"{PART}{kept.name}")
                shutil.copyfile(file, part)
                part.replace(kept)
        except OSError as error:
            _log.warning("model %s can't be kept in %s: %s", fingerprint, self._folder, error.strerror)
            return
        self._write({"good": fingerprint, "tries": {}})
        for old in self._folder.glob("*.onnx"):
            if old != kept:
                old.unlink(missing_ok=True)

    @property
    def _tries(self) -> dict[str, Any]:
        tries = self._state["tries"]
        return tries if isinstance(tries, dict) else {}

    def _write(self, state: dict[str, Any]) -> None:
        self._state = state
        try:
            write_atomically(self._folder / _STATE, json.dumps(state).encode())
        except ModelError as error:  # a full disk is no reason to show nothing
            _log.warning("%s", error)


def _read(path: Path) -> dict[str, Any]:
    found: Any = None
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        found = {}
    return {"good": found.get("good"), "tries": found.get("tries")}
