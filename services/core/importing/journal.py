"""The journal of an import: its items that are stored already, so that it can go on after an interruption."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from services.core.errors import InputError, no_space_told

_PLACE = "the journal of the import"


def mark_of(*facts: object) -> str:
    """A hash of an item's source, as its name in a journal."""
    text = json.dumps(facts, ensure_ascii=True, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class Journal:
    """A file with a line of JSON for each item that the store has acknowledged.

    Opening it locks it; raises InputError while another import of the same source runs.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with no_space_told(_PLACE):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a+b", buffering=0)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise InputError("another import of the same is running; wait for it, or stop it") from None
        self._file.seek(0)
        lines = self._file.read().split(b"\n")
        self._marks = set(filter(None, map(_mark, lines)))
        if lines[-1]:  # a crash has cut it off; the next entry begins a new line
            with no_space_told(_PLACE):
                self._write(b"\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if os.fstat(self._file.fileno()).st_size == 0:  # an import that failed before its first item
            self._path.unlink(missing_ok=True)
        self._file.close()

    def __contains__(self, mark: str) -> bool:
        return mark in self._marks

    def note(self, entries: Iterable[tuple[str, str]]) -> None:
        """Remember items that are in the store, each as (mark, id); durable on return."""
        lines = [json.dumps({"item": item_id, "mark": mark}) + "\n" for mark, item_id in entries]
        with no_space_told(_PLACE):
            self._write("".join(lines).encode())
            os.fsync(self._file.fileno())

    def _write(self, content: bytes) -> None:
        # A file that buffers would try again when it is closed, and fail where nobody expects it.
        while content:
            content = content[self._file.write(content) :]

    def finish(self) -> None:
        """Delete the file, because the import is complete."""
        self._path.unlink(missing_ok=True)


def _mark(line: bytes) -> str | None:
    try:
        return str(json.loads(line)["mark"])
    except (ValueError, KeyError, TypeError):
        return None
