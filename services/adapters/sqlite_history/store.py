"""The history's reads and writes."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from services.adapters.sqlite_history.rows import COLUMNS, SAID, SHOWN, row_of, said_row, showing_of_row
from services.adapters.sqlite_items.file import store_error
from services.core.errors import UnavailableError
from services.core.history.ports import Position, Wanted
from services.core.history.showing import Said, Showing

_VERSION = 1
_SCHEMA = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
_MEND = "move it away, and a new history begins"
_PUT = f"INSERT OR IGNORE INTO showings ({', '.join(SHOWN)}) VALUES ({', '.join('?' * len(SHOWN))})"
_UPDATE = f"UPDATE showings SET {', '.join(f'{name} = ?' for name in SHOWN[1:])} WHERE id = ?"
_SAY = f"UPDATE showings SET {', '.join(f'{name} = ?' for name in SAID)} WHERE id = ?"
# Time that a write waits for another process, such as a backup's.
_LOCKED_S = 2.0
# SQLite takes 32,766 values in a statement.
_AT_ONCE = 10_000


class SqliteHistory:
    """Showings in one file; safe to use from several threads.

    After an error the file is opened again by the next call, so that one that was mended, moved away or given
    room serves without a restart. Nothing is opened before the first call.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # Two connections, so that no reader waits for the writer.
        self._read, self._write = _Connection(path), _Connection(path)

    def close(self) -> None:
        """Close the file."""
        self._read.close()
        self._write.close()

    def write(self, begun: Sequence[Showing], moved: Sequence[Showing]) -> None:
        """Write new rows, and those that have gone on unless they were deleted; all or none."""
        with self._write.use() as db, _transaction(db):
            db.executemany(_PUT, [row_of(each) for each in begun])
            rows = [row_of(each) for each in (*begun, *moved)]
            db.executemany(_UPDATE, [(*row[1:], row[0]) for row in rows])

    def say(self, said: Mapping[int, Said]) -> None:
        """Replace what people said of these showings; those that are gone are left out."""
        rows = [(*said_row(each), number) for number, each in said.items()]
        with self._write.use() as db, _transaction(db):
            db.executemany(_SAY, rows)

    def note_pictures(self, ids: Sequence[int]) -> None:
        """Note that the pictures of these showings are kept."""
        with self._write.use() as db, _transaction(db):
            db.executemany("UPDATE showings SET has_picture = 1 WHERE id = ?", [(each,) for each in ids])

    def get_many(self, ids: Sequence[int]) -> list[Showing]:
        """The showings of these ids, newest first, without those that are gone."""
        wanted = ids[:_AT_ONCE]
        return self._found(f"id IN ({','.join('?' * len(wanted))})", *wanted)

    def page(self, wanted: Wanted, *, after: Position | None = None, limit: int = 100) -> list[Showing]:
        """The next showings that are asked for, newest first, those behind `after`."""
        conditions = _conditions(wanted)
        if after is not None:
            conditions["(began, id) < (?, ?)"] = (after.began_ms, after.id)
        where, values = _where(conditions)
        return self._found(where, *values, limit=limit)

    def opened(self) -> list[Showing]:
        """Those that have not ended."""
        return self._found("ended = 0")

    def with_record(self, thing: str, record_id: int) -> Showing | None:
        """The showing of a camera that a match record belongs to."""
        before = "thing = ? AND id <= ? ORDER BY began DESC, id DESC LIMIT 8"
        near = self._rows(f"SELECT {COLUMNS} FROM showings WHERE {before}", thing, record_id)
        return next((each for each in _showings(near) if each.last_record >= record_id), None)

    def delete(self, ids: Sequence[int], /) -> int:
        """Delete rows; gives the number of those that there were."""
        with self._write.use() as db, _transaction(db):
            before = db.total_changes
            db.executemany("DELETE FROM showings WHERE id = ?", [(each,) for each in ids])
            return db.total_changes - before

    def count(self, wanted: Wanted) -> int:
        """The number of showings that are asked for."""
        where, values = _where(_conditions(wanted))
        return int(self._rows(f"SELECT count(*) FROM showings WHERE {where}", *values)[0][0])

    def shown(self) -> Mapping[str, int]:
        """The number of showings that were taken for each item, by its id."""
        return dict(self._rows("SELECT item, count(*) FROM showings WHERE item IS NOT NULL GROUP BY item"))

    def check_write(self) -> None:
        """Write something that is no row."""
        with self._write.use() as db, _transaction(db):
            db.execute("INSERT OR REPLACE INTO write_check VALUES (1, unixepoch())")

    def _found(self, condition: str, *values: object, limit: int = -1) -> list[Showing]:
        query = f"SELECT {COLUMNS} FROM showings WHERE {condition} ORDER BY began DESC, id DESC LIMIT ?"
        return _showings(self._rows(query, *values, limit))

    def _rows(self, query: str, *values: object) -> list[Any]:
        with self._read.use() as db:
            return db.execute(query, values).fetchall()


class _Connection:
    """A connection that is opened when needed, and again after an error; one thread at a time has it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._inode: int | None = None

    @contextlib.contextmanager
    def use(self) -> Iterator[sqlite3.Connection]:
        """The open file; raises UnavailableError."""
        with self._lock:
            try:
                yield self._opened()
            except sqlite3.Error as error:
                self._drop()
                raise store_error(f"history {self._path}", error, mend=_MEND) from error

    def close(self) -> None:
        """Close it."""
        with self._lock:
            self._drop()

    def _opened(self) -> sqlite3.Connection:
        if self._db is not None and _inode(self._path) != self._inode:  # moved away, or put back
            self._drop()
        if self._db is None:
            self._db = _open(self._path)
            self._inode = _inode(self._path)
        return self._db

    def _drop(self) -> None:
        if self._db is not None:
            with contextlib.suppress(sqlite3.Error):
                self._db.close()
        self._db = None


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=_LOCKED_S, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        # A killed process loses nothing that was committed, a power cut the last moments.
        db.execute("PRAGMA synchronous = NORMAL")
        # What was deleted is overwritten: it shows what people did.
        db.execute("PRAGMA secure_delete = ON")
        _create(db, path)
        with contextlib.suppress(OSError):
            path.chmod(0o600)
    except BaseException:
        db.close()
        raise
    return db


def _create(db: sqlite3.Connection, path: Path) -> None:
    """Create the tables, unless they are there; raises UnavailableError for those of a newer version."""

    def version() -> int:
        return int(db.execute("PRAGMA user_version").fetchone()[0])

    if version() == 0:
        with _transaction(db):
            if version() == 0:  # otherwise the other connection was faster
                for statement in _SCHEMA.split(";\n"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {_VERSION}")
    if version() > _VERSION:
        raise UnavailableError(f"history {path}: version {version()} of a newer Lookalike; {_MEND}")


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        # A failed commit may have ended the transaction by itself.
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _showings(rows: Iterable[tuple[Any, ...]]) -> list[Showing]:
    """The showings of rows of COLUMNS; a damaged row, which nothing of ours writes, is left out."""
    found = []
    for row in rows:
        with contextlib.suppress(ValueError, TypeError):
            found.append(showing_of_row(row))
    return found


def _conditions(wanted: Wanted) -> dict[str, tuple[object, ...]]:
    """The conditions of what is asked for, with their values."""
    asked = {
        "item": wanted.item,
        "feedback": wanted.feedback,
        "review": wanted.review,
        "thing": wanted.thing,
        "verdict": wanted.verdict,
        "ended": wanted.ended,
    }
    given = {name: value for name, value in asked.items() if value is not None}
    # SQLite would guess which of several indexes to use; with a + it uses none of that column. The first is
    # that of the fewest rows.
    conditions: dict[str, tuple[object, ...]] = {
        f"{'+' if number else ''}{name} = ?": (value,) for number, (name, value) in enumerate(given.items())
    }
    if wanted.from_s is not None:
        conditions["began >= ?"] = (round(wanted.from_s * 1000),)
    if wanted.to_s is not None:
        conditions["began < ?"] = (round(wanted.to_s * 1000),)
    return conditions


def _where(conditions: Mapping[str, tuple[object, ...]]) -> tuple[str, list[object]]:
    return " AND ".join(conditions) or "1", [value for each in conditions.values() for value in each]


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None
