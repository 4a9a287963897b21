"""Opening of the search's file, which is a cache: one that can't be read is made again."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from pathlib import Path

from services.adapters.sqlite_file import transaction

_VERSION = 1
_SCHEMA = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
# The parts of three letters of each entry's words. SQLite has it since 3.34; without it all words are read.
# `detail=none`: a row has all parts of a word, and whether it has the word itself is looked up in `entries`.
_GRAMS = """
CREATE VIRTUAL TABLE grams USING fts5(
    words, content='entries', content_rowid='born', tokenize='trigram case_sensitive 1', detail=none
)
"""
_LOCKED_S = 5.0

log = logging.getLogger(__name__)


def open_search(path: Path | None, *, with_grams: bool = True) -> sqlite3.Connection:
    """A connection to the file, or to one in memory; may raise sqlite3.Error."""
    if path is None:
        return _opened(":memory:", with_grams=with_grams)
    try:
        return _opened(str(path), with_grams=with_grams)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):  # no damage: locked, or no room
            raise
        log.warning("%s is damaged (%s), and is made again", path, error)
        remove(path)
        return _opened(str(path), with_grams=with_grams)


def remove(path: Path) -> None:
    """Delete the file, which is made again when it is opened."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)


def has_grams(db: sqlite3.Connection) -> bool:
    """Whether parts of words are found by an index."""
    return db.execute("SELECT 1 FROM sqlite_master WHERE name = 'grams'").fetchone() is not None


def _opened(place: str, *, with_grams: bool) -> sqlite3.Connection:
    db = sqlite3.connect(place, timeout=_LOCKED_S, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        # What a power cut takes is read from the item store again.
        db.execute("PRAGMA synchronous = NORMAL")
        with transaction(db):
            if db.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
                _create(db, with_grams=with_grams)
    except BaseException:
        db.close()
        raise
    return db


def _create(db: sqlite3.Connection, *, with_grams: bool) -> None:
    """Drop the tables of another version, and make ours."""
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    names = [name for (name,) in db.execute(tables)]
    # A virtual table takes its own tables with it.
    for name in sorted(names, key=lambda each: each != "grams"):
        db.execute(f'DROP TABLE IF EXISTS "{name}"')
    for statement in _SCHEMA.split(";\n"):
        db.execute(statement)
    if with_grams:
        with contextlib.suppress(sqlite3.OperationalError):
            db.execute(_GRAMS)
    db.execute(f"PRAGMA user_version = {_VERSION}")
