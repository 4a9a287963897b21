"""The history's reads and writes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from services.adapters.sqlite_file import SqliteFile, transaction
from services.adapters.sqlite_history.rows import COLUMNS, SAID, SHOWN, row_of, said_row, showing_of_row
from services.core.history.ports import Position, Wanted
from services.core.history.showing import Said, Showing

_VERSION = 1
_SCHEMA = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
_MEND = "move it away, and a new history begins"
_PUT = f"INSERT OR IGNORE INTO showings ({', '.join(SHOWN)}) VALUES ({', '.join('?' * len(SHOWN))})"
_UPDATE = f"UPDATE showings SET {', '.join(f'{name} = ?' for name in SHOWN[1:])} WHERE id = ?"
_SAY = f"UPDATE showings SET {', '.join(f'{name} = ?' for name in SAID)} WHERE id = ?"
# SQLite takes 32,766 values in a statement.
_AT_ONCE = 10_000


class SqliteHistory:
    """Showings in one file; safe to use from several threads.

    After an error the file is opened again by the next call, so that one that was mended, moved away or given
    room serves without a restart. Nothing is opened before the first call.
    """

    def __init__(self, path: Path) -> None:
        # A power cut may lose the last moments of what cameras showed.
        def file() -> SqliteFile:
            return SqliteFile(path, "history", _SCHEMA, version=_VERSION, mend=_MEND, durable=False)

        # Two connections, so that no reader waits for the writer.
        self._read, self._write = file(), file()

    def close(self) -> None:
        """Close the file."""
        self._read.close()
        self._write.close()

    def write(self, begun: Sequence[Showing], moved: Sequence[Showing]) -> None:
        """Write new rows, and those that have gone on unless they were deleted; all or none."""
        with self._write.use() as db, transaction(db):
            db.executemany(_PUT, [row_of(each) for each in begun])
            rows = [row_of(each) for each in (*begun, *moved)]
            db.executemany(_UPDATE, [(*row[1:], row[0]) for row in rows])

    def say(self, said: Mapping[int, Said]) -> None:
        """Replace what people said of these showings; those that are gone are left out."""
        rows = [(*said_row(each), number) for number, each in said.items()]
        with self._write.use() as db, transaction(db):
            db.executemany(_SAY, rows)

    def note_pictures(self, ids: Sequence[int]) -> None:
        """Note that the pictures of these showings are kept."""
        with self._write.use() as db, transaction(db):
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
        with self._write.use() as db, transaction(db):
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
        with self._write.use() as db, transaction(db):
            db.execute("INSERT OR REPLACE INTO write_check VALUES (1, unixepoch())")

    def _found(self, condition: str, *values: object, limit: int = -1) -> list[Showing]:
        query = f"SELECT {COLUMNS} FROM showings WHERE {condition} ORDER BY began DESC, id DESC LIMIT ?"
        return _showings(self._rows(query, *values, limit))

    def _rows(self, query: str, *values: object) -> list[Any]:
        with self._read.use() as db:
            return db.execute(query, values).fetchall()


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
