"""SQLite files: their errors in words, transactions, and a file that is opened when it is needed."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from services.core.errors import NoSpaceError, UnavailableError

# Time that a write waits for another process, such as a backup's.
_LOCKED_S = 2.0
# Writes that fail like this are mostly those of a quota; on a full disk it is SQLITE_FULL.
_UNWRITTEN = (sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_FSYNC)
_PUT_BACK = "stop Lookalike, move the file away, and put a backup or an export back"


class SqliteFile:
    """A connection to one file; one thread at a time has it. Nothing is opened before the first use."""

    def __init__(
        self, path: Path, name: str, schema: str, *, version: int, mend: str, durable: bool = True
    ) -> None:
        """`name` and `mend` are for errors; a power cut undoes no commit of a `durable` one."""
        self._path, self._place, self._mend = path, f"{name} {path}", mend
        self._schema, self._version, self._durable = schema, version, durable
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
                raise store_error(self._place, error, mend=self._mend) from error

    def close(self) -> None:
        """Close it."""
        with self._lock:
            self._drop()

    def _opened(self) -> sqlite3.Connection:
        if self._db is not None and _inode(self._path) != self._inode:  # moved away, or put back
            self._drop()
        if self._db is None:
            self._db = self._open()
            self._inode = _inode(self._path)
        return self._db

    def _drop(self) -> None:
        if self._db is not None:
            with contextlib.suppress(sqlite3.Error):
                self._db.close()
        self._db = None

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=_LOCKED_S, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            # With NORMAL a killed process loses nothing that was committed, a power cut the last moments.
            db.execute(f"PRAGMA synchronous = {'FULL' if self._durable else 'NORMAL'}")
            # What was deleted is overwritten: it shows what people did.
            db.execute("PRAGMA secure_delete = ON")
            self._create(db)
            with contextlib.suppress(OSError):
                self._path.chmod(0o600)
        except BaseException:
            db.close()
            raise
        return db

    def _create(self, db: sqlite3.Connection) -> None:
        """Create the tables, unless they are there; raises UnavailableError for those of a newer version."""

        def version() -> int:
            return int(db.execute("PRAGMA user_version").fetchone()[0])

        if version() == 0:
            with transaction(db):
                if version() == 0:  # otherwise the other connection was faster
                    for statement in self._schema.split(";\n"):
                        db.execute(statement)
                    db.execute(f"PRAGMA user_version = {self._version}")
        if version() > self._version:
            raise UnavailableError(f"{self._place}: version {version()} of a newer Lookalike; {self._mend}")


def store_error(place: str, error: sqlite3.Error, *, mend: str = _PUT_BACK) -> UnavailableError:
    """The error in words, with what to do; `place` names the store, `mend` says it of a damaged file."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return UnavailableError(f"{place}: {error}: the file is damaged; {mend} (docs/troubleshooting.md)")
    if code == sqlite3.SQLITE_FULL or getattr(error, "sqlite_errorcode", 0) in _UNWRITTEN:
        return NoSpaceError.at(place, str(error))
    return UnavailableError(f"{place}: {error}")


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """One transaction of what is written within."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        # A failed commit may have ended the transaction by itself.
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None
