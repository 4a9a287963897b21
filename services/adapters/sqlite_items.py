"""The item store in a SQLite file (WAL): one process writes, any number read."""

from __future__ import annotations

import fcntl
import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from services.core.domain import Change, Item, UnavailableError

_SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    link TEXT,
    metadata TEXT NOT NULL,
    picture TEXT NOT NULL,
    model TEXT NOT NULL,
    dim INTEGER NOT NULL,
    vectors BLOB NOT NULL        -- float16, little endian, views x dim
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS changes (
    cursor INTEGER PRIMARY KEY AUTOINCREMENT,
    item_id TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS facts (
    name TEXT PRIMARY KEY,       -- such as model: the fingerprint that the vectors belong to
    value TEXT NOT NULL
);
"""
_COLUMNS = "id, title, link, metadata, picture, model, dim, vectors"
_Row = tuple[str, str, str | None, str, str, str, int, bytes]


class SqliteItems:
    """Items and the history of their changes in one file; safe to use from several threads.

    Raises UnavailableError when the file can't be opened, or a second process wants to write.
    """

    def __init__(self, path: Path, *, writable: bool) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._writer = _writer_lock(path) if writable else None
        if writable:
            try:
                with self._lock:
                    self._connected()
            except UnavailableError:
                self.close()
                raise

    def _connected(self) -> sqlite3.Connection:
        """The connection; a reader opens it when it first asks, as the writer may make the file later."""
        if self._db is not None:
            return self._db
        if self._writer is None and not self._path.exists():  # sqlite3 would make an empty file of it
            raise UnavailableError(f"item store {self._path}: not there yet; the api creates it")
        self._db = _open(self._path, writable=self._writer is not None)
        return self._db

    def close(self) -> None:
        """Close the file, and let another process write."""
        with self._lock:
            if self._db is not None:
                self._db.close()
            if self._writer is not None:
                self._writer.close()

    def put(self, item: Item) -> int:
        """Write or replace an item; it is durable on return. Gives the change's cursor.

        The first item decides the catalogue's model.
        """
        row = (
            item.id,
            item.title,
            item.link,
            json.dumps(dict(item.metadata), ensure_ascii=False),
            item.picture,
            item.model,
            item.vectors.shape[1],
            item.vectors.astype("<f2").tobytes(),
        )
        with self._transaction() as db:
            if db.execute("SELECT 1 FROM items LIMIT 1").fetchone() is None:
                db.execute("INSERT OR REPLACE INTO facts VALUES ('model', ?)", (item.model,))
            db.execute(f"INSERT OR REPLACE INTO items ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            return _note_change(db, item.id)

    def delete(self, item_id: str) -> int | None:
        """Remove an item; gives the change's cursor, or None if there was none."""
        with self._transaction() as db:
            if db.execute("DELETE FROM items WHERE id = ?", (item_id,)).rowcount == 0:
                return None
            return _note_change(db, item_id)

    def get_many(self, item_ids: Sequence[str]) -> list[Item | None]:
        """The items of these ids, in their order, None for one that does not exist."""
        marks = ",".join("?" * len(item_ids))
        found = self._rows(f"SELECT {_COLUMNS} FROM items WHERE id IN ({marks})", tuple(item_ids))
        items = {row[0]: _item(row) for row in found}
        return [items.get(item_id) for item_id in item_ids]

    def page(self, *, after: str = "", limit: int = 100) -> list[Item]:
        """The next items in the order of their ids, those behind the id `after`."""
        query = f"SELECT {_COLUMNS} FROM items WHERE id > ? ORDER BY id LIMIT ?"
        return [_item(row) for row in self._rows(query, (after, limit))]

    def head(self) -> int:
        """The cursor of the newest change, 0 for a store that never had one."""
        return int(self._rows("SELECT coalesce(max(cursor), 0) FROM changes", ())[0][0])

    def changes(self, *, after: int, limit: int = 1000) -> list[Change]:
        """The changes behind the cursor `after`, oldest first."""
        query = "SELECT cursor, item_id FROM changes WHERE cursor > ? ORDER BY cursor LIMIT ?"
        return [Change(cursor, item_id) for cursor, item_id in self._rows(query, (after, limit))]

    def model(self) -> str | None:
        """The fingerprint of the model that made the catalogue's vectors, None while it has no items."""
        query = "SELECT value FROM facts WHERE name = 'model' AND EXISTS (SELECT 1 FROM items)"
        found = self._rows(query, ())
        return found[0][0] if found else None

    def set_model(self, fingerprint: str) -> None:
        """Declare that the catalogue's vectors are those of another model from now on."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO facts VALUES ('model', ?)", (fingerprint,))

    def _rows(self, query: str, values: tuple[object, ...]) -> list[Any]:
        try:
            with self._lock:
                return self._connected().execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise UnavailableError(f"item store: {error}") from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock:
                db = self._connected()
                db.execute("BEGIN IMMEDIATE")
                try:
                    yield db
                    db.execute("COMMIT")
                except BaseException:
                    # A failed commit may have ended the transaction by itself.
                    if db.in_transaction:
                        db.execute("ROLLBACK")
                    raise
        except sqlite3.Error as error:
            raise UnavailableError(f"item store: {error}") from error


def _open(path: Path, *, writable: bool) -> sqlite3.Connection:
    try:
        db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        try:
            # A reader too opens for writing, because WAL needs a shared-memory file; query_only keeps it
            # from more than that. FULL makes a commit survive a power cut, which WAL's default does not.
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.executescript(_SCHEMA if writable else "PRAGMA query_only = ON")
        except sqlite3.Error:
            db.close()
            raise
    except sqlite3.Error as error:
        raise UnavailableError(f"item store {path}: {error}") from error
    return db


def _writer_lock(path: Path) -> IO[str]:
    """Take the lock that the kernel drops when the process ends, however it does."""
    try:
        file = path.with_name(path.name + ".writer").open("a")
    except OSError as error:
        raise UnavailableError(f"item store {path}: {error.strerror}") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise UnavailableError(f"item store {path}: another process writes to it; stop that first") from None
    return file


def _note_change(db: sqlite3.Connection, item_id: str) -> int:
    cursor = db.execute("INSERT INTO changes (item_id) VALUES (?)", (item_id,)).lastrowid
    assert cursor is not None
    return cursor


def _item(row: _Row) -> Item:
    item_id, title, link, metadata, picture, model, dim, blob = row
    vectors = np.frombuffer(blob, "<f2").astype(np.float32).reshape(-1, dim)
    return Item(item_id, title, picture, model, vectors, link, json.loads(metadata))
