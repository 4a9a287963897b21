"""The reads and writes of named keys and of the audit's lines."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from services.adapters.sqlite_file import SqliteFile, transaction
from services.core.access.ports import AuditLine, NamedKey
from services.core.access.roles import Caller, Role

_SCHEMA = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
_KEY = "digest, name, name_id, role, made_at, last_used_at, revoked_at"
_LINE = "id, at, name, role, call, action, subject"


def access_file(path: Path) -> SqliteFile:
    """The file of both, to be opened by the first call."""
    mend = "move it away, and a new one begins, without the keys"
    return SqliteFile(path, "keys and audit", _SCHEMA, version=1, mend=mend)


class SqliteKeys:
    """Named keys in one file; safe to use from several threads."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    def add(self, key: NamedKey) -> bool:
        """Keep a new key; False, and nothing is kept, if one of that `name_id` is not revoked."""
        row = (
            key.digest,
            key.name,
            key.name_id,
            str(key.role),
            key.made_at_s,
            key.last_used_at_s,
            key.revoked_at_s,
        )
        with self._file.use() as db, transaction(db):
            try:
                db.execute(f"INSERT INTO named_keys ({_KEY}) VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            except sqlite3.IntegrityError:
                return False
        return True

    def find(self, digest: str) -> NamedKey | None:
        """The key of a digest, revoked or not."""
        return next(iter(self._found("digest = ?", digest)), None)

    def all(self) -> list[NamedKey]:
        """All keys, also those that are revoked, in the order in which they were made."""
        return self._found("1")

    def note_use(self, digest: str, at_s: float) -> None:
        """Keep when a key was last used; nothing if it is gone."""
        with self._file.use() as db:
            db.execute("UPDATE named_keys SET last_used_at = ? WHERE digest = ?", (at_s, digest))

    def revoke(self, name_id: str, at_s: float) -> NamedKey | None:
        """Revoke the key of a name, and give it as it is now; None if there is none that is not revoked."""
        where = "name_id = ? AND revoked_at IS NULL"
        with self._file.use() as db, transaction(db):
            row = db.execute(f"SELECT digest FROM named_keys WHERE {where}", (name_id,)).fetchone()
            db.execute(f"UPDATE named_keys SET revoked_at = ? WHERE {where}", (at_s, name_id))
        return None if row is None else self.find(row[0])

    def forget_revoked(self, before_s: float) -> None:
        """Forget the keys that were revoked before this time."""
        with self._file.use() as db:
            db.execute("DELETE FROM named_keys WHERE revoked_at < ?", (before_s,))

    def _found(self, where: str, *values: object) -> list[NamedKey]:
        query = f"SELECT {_KEY} FROM named_keys WHERE {where} ORDER BY made_at, name_id"
        with self._file.use() as db:
            return [_key_of(row) for row in db.execute(query, values)]


class SqliteAudit:
    """The audit's lines in the same file; safe to use from several threads."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    def add(self, lines: Sequence[AuditLine]) -> None:
        """Keep lines; one that is kept already stays as it is. They are durable on return."""
        rows = [
            (
                each.id,
                each.at_s,
                each.caller.name,
                str(each.caller.role),
                each.call,
                each.action,
                each.subject,
            )
            for each in lines
        ]
        with self._file.use() as db, transaction(db):
            db.executemany(f"INSERT OR IGNORE INTO audit ({_LINE}) VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def page(self, *, after: str = "", limit: int = 100) -> list[AuditLine]:
        """The next lines, newest first, those behind the id `after`."""
        query = f"SELECT {_LINE} FROM audit WHERE id > ? ORDER BY id LIMIT ?"
        with self._file.use() as db:
            return [_line_of(row) for row in db.execute(query, (after, limit))]

    def expire(self, before_id: str) -> None:
        """Delete the lines that are older than one of this id would be."""
        with self._file.use() as db:
            db.execute("DELETE FROM audit WHERE id > ?", (before_id,))


def _key_of(row: tuple[Any, ...]) -> NamedKey:
    digest, name, name_id, role, made_at_s, last_used_at_s, revoked_at_s = row
    return NamedKey(digest, name, name_id, Role(role), made_at_s, last_used_at_s, revoked_at_s)


def _line_of(row: tuple[Any, ...]) -> AuditLine:
    number, at_s, name, role, call, action, subject = row
    return AuditLine(number, at_s, Caller(name, Role(role)), call, action, subject)
