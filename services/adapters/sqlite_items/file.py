"""Opening of the file: the lock of the one writer, the tables, and those of older versions."""

from __future__ import annotations

import fcntl
import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from services.adapters.sqlite_file import store_error, transaction
from services.core.domain import Item
from services.core.errors import UnavailableError

_VERSION = 5
# Time that a reader waits for the writer to bring an older file up to date; it looks for one by the lock,
# which another writer may want at that moment.
_WAIT_S, _POLL_S, _TRIES = 2.0, 0.02, 5
_SCHEMA, _FROM_1, _FROM_2, _FROM_3, _FROM_4 = (
    Path(__file__).with_name(name).read_text(encoding="utf-8")
    for name in ("schema.sql", "older.sql", "older_2.sql", "older_3.sql", "older_4.sql")
)


def open_file(path: Path, *, writable: bool) -> sqlite3.Connection:
    """A connection to the file, its tables those of this version; raises UnavailableError.

    A reader too opens for writing, because WAL needs a shared-memory file, and a file of an older version has
    to serve before its writer comes up; query_only forbids any other write.
    """
    try:
        db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        db.text_factory = _text
        try:
            # FULL makes a commit survive a power cut, which WAL's default does not.
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            if not writable:
                _wait_for_older_writer(db, path)
            _bring_up_to_date(db, path)
            db.execute(f"PRAGMA query_only = {'OFF' if writable else 'ON'}")
        except BaseException:
            db.close()
            raise
    except sqlite3.Error as error:
        raise store_error(f"item store {path}", error) from error
    return db


def _text(raw: bytes) -> str:
    """A text, even one that is no UTF-8, so that its row can be read and named."""
    return raw.decode("utf-8", "surrogateescape")


def writer_lock(path: Path) -> IO[str]:
    """Take the writer's lock, which the kernel drops however the process ends."""
    try:
        file = path.with_name(path.name + ".writer").open("a")
    except OSError as error:
        raise UnavailableError(f"item store {path}: {error.strerror}") from error
    for _ in range(_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_POLL_S)
        else:
            return file
    file.close()
    raise UnavailableError(f"item store {path}: another process writes to it; stop that first")


def _is_written(path: Path) -> bool:
    """Whether a process has the writer's lock."""
    try:
        with path.with_name(path.name + ".writer").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # no writer was there yet
        return False
    return False


def _wait_for_older_writer(db: sqlite3.Connection, path: Path) -> None:
    """Leave an older file to its writer, to which new tables would be strange if it is as old.

    Raises UnavailableError if that does not bring it up to date.
    """
    until_s = time.monotonic() + _WAIT_S
    while _version(db) < _VERSION and _is_written(path):
        if time.monotonic() > until_s:
            raise UnavailableError(
                f"item store {path}: a process of an older version of Lookalike writes to it; stop that first"
            )
        time.sleep(_POLL_S)


def _bring_up_to_date(db: sqlite3.Connection, path: Path) -> None:
    """Create the tables or convert an older version's, in one step that a kill undoes."""
    if _version(db) < _VERSION:
        db.create_function("searched_text", 3, _searched_text, deterministic=True)
        with transaction(db):
            if _version(db) < _VERSION:  # otherwise another process was faster
                for statement in _steps(db):
                    db.execute(statement)
    if (version := _version(db)) > _VERSION:
        raise UnavailableError(
            f"item store {path}: it has version {version} of a newer Lookalike; expected up to {_VERSION}"
        )


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _steps(db: sqlite3.Connection) -> Iterator[str]:
    if (version := _version(db)) >= 2:
        if version == 2:
            yield from _statements(_FROM_2)
        if version <= 3:
            yield from _statements(_FROM_3)
        yield from _statements(_FROM_4)
    elif db.execute("SELECT 1 FROM sqlite_master WHERE name = 'items'").fetchone() is None:
        yield from _statements(_SCHEMA)
    else:  # version 1 had no number
        yield "ALTER TABLE items RENAME TO older_items"
        yield from _statements(_SCHEMA)
        yield from _statements(_FROM_1)
    yield f"PRAGMA user_version = {_VERSION}"


def _statements(script: str) -> Iterator[str]:
    """The script's statements one by one; executescript would end the transaction first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _searched_text(item_id: str, title: str, metadata: str) -> str:
    nothing = np.empty((0, 0), np.float32)
    return Item(item_id, title, "", "", nothing, metadata=json.loads(metadata)).searched_text
