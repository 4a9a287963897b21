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
from services.core.wire import Vectors

_SCHEMA = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
_COLUMNS = "id, title, link, metadata, picture, model, dim, vectors"
# How often an item was confirmed, and how often it was shown wrongly.
_COUNTS = """
    (SELECT count(*) FROM feedback WHERE really = items.id),
    (SELECT count(*) FROM feedback WHERE shown = items.id AND really IS NOT items.id)
"""
_PROBES = "(SELECT vectors FROM probes WHERE item_id = items.id)"
_ITEMS = f"SELECT {_COLUMNS}, {_COUNTS}, {_PROBES} FROM items"
_HEAD = "SELECT coalesce(max(cursor), 0) FROM changes"
_Row = tuple[str, str, str | None, str, str, str, int, bytes, int, int, bytes | None]


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

        The first item decides the catalogue's model. The feedback about the item's id stays.
        """
        row = (
            item.id,
            item.title,
            item.link,
            json.dumps(dict(item.metadata), ensure_ascii=False),
            item.picture,
            item.model,
            item.vectors.shape[1],
            _blob(item.vectors),
        )
        with self._transaction() as db:
            if db.execute("SELECT 1 FROM items LIMIT 1").fetchone() is None:
                db.execute("INSERT OR REPLACE INTO facts VALUES ('model', ?)", (item.model,))
            db.execute(f"INSERT OR REPLACE INTO items ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            db.execute("INSERT OR REPLACE INTO probes VALUES (?, ?)", (item.id, _blob(item.probes)))
            return _note_change(db, item.id)

    def delete(self, item_id: str) -> int | None:
        """Remove an item and the feedback about it; gives the change's cursor, or None if there was none."""
        with self._transaction() as db:
            if db.execute("DELETE FROM items WHERE id = ?", (item_id,)).rowcount == 0:
                return None
            db.execute("DELETE FROM probes WHERE item_id = ?", (item_id,))
            # The other item of such a record keeps its count, so that it is no change of that one.
            db.execute("UPDATE feedback SET shown = NULL WHERE shown = ?", (item_id,))
            db.execute("UPDATE feedback SET really = NULL WHERE really = ?", (item_id,))
            db.execute("DELETE FROM feedback WHERE shown IS NULL AND really IS NULL")
            return _note_change(db, item_id)

    def get_many(self, item_ids: Sequence[str]) -> list[Item | None]:
        """The items of these ids, in their order, None for one that does not exist."""
        marks = ",".join("?" * len(item_ids))
        found = self._rows(f"{_ITEMS} WHERE id IN ({marks})", tuple(item_ids))
        items = {row[0]: _item(row) for row in found}
        return [items.get(item_id) for item_id in item_ids]

    def page(self, *, after: str = "", limit: int = 100) -> list[Item]:
        """The next items in the order of their ids, those behind the id `after`."""
        found = self._rows(f"{_ITEMS} WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
        return [_item(row) for row in found]

    def head(self) -> int:
        """The cursor of the newest change, 0 for a store that never had one."""
        return int(self._rows(_HEAD, ())[0][0])

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

    def feedback(self, record_id: int, *, shown: str, really: str | None) -> int:
        """Remember what was said of a record, in place of an earlier word; gives the newest change's cursor.

        Each item whose counts changed is a change; one that does not exist takes no feedback.
        """
        counts = f"SELECT id, {_COUNTS} FROM items WHERE id IN (?, ?, ?, ?)"
        existing = "(SELECT id FROM items WHERE id = ?)"
        with self._transaction() as db:
            earlier = db.execute("SELECT shown, really FROM feedback WHERE record_id = ?", (record_id,))
            touched = (shown, really, *(earlier.fetchone() or (None, None)))
            before = db.execute(counts, touched).fetchall()
            db.execute(
                f"INSERT OR REPLACE INTO feedback VALUES (?, {existing}, {existing})",
                (record_id, shown, really),
            )
            for item_id, *_ in sorted(set(db.execute(counts, touched)).difference(before)):
                _note_change(db, item_id)
            return int(db.execute(_HEAD).fetchone()[0])

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
            # A reader too opens for writing, because WAL needs a shared-memory file, and a file of an older
            # version has to serve before its writer comes up; query_only keeps it from more than that.
            # FULL makes a commit survive a power cut, which WAL's default does not.
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.executescript(_SCHEMA)
            db.execute(f"PRAGMA query_only = {'OFF' if writable else 'ON'}")
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


def _blob(vectors: Vectors) -> bytes:
    return vectors.astype("<f2").tobytes()


def _item(row: _Row) -> Item:
    item_id, title, link, metadata, picture, model, dim, blob, right, wrong, probes = row
    return Item(
        id=item_id,
        title=title,
        picture=picture,
        model=model,
        vectors=_vectors(blob, dim),
        link=link,
        metadata=json.loads(metadata),
        right=right,
        wrong=wrong,
        probes=_vectors(probes or b"", dim),
    )


def _vectors(blob: bytes, dim: int) -> Vectors:
    return np.frombuffer(blob, "<f2").astype(np.float32).reshape(-1, dim)
