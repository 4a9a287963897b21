"""The history's file: a full disk, a lock, damage and a move are said, and mended without a restart."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.adapters.sqlite_history import SqliteHistory
from services.core.errors import NoSpaceError, UnavailableError
from services.core.history.ports import Wanted
from services.core.history.showing import Showing, showing_of
from tests.fake_history import record
from tests.full_disk import full


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[SqliteHistory]:
    """A history of one row."""
    with closing(SqliteHistory(tmp_path / "history.sqlite")) as history:
        history.write([shown(1)], [])
        yield history


def shown(number: int) -> Showing:
    return showing_of(record(number, number))


def ids(history: SqliteHistory) -> list[int]:
    return [each.id for each in history.page(Wanted())]


def test_a_full_disk_is_named_and_left(rows: SqliteHistory, tmp_path: Path) -> None:
    with full(0), pytest.raises(NoSpaceError, match=r"history\.sqlite: .*make room on its disk"):
        rows.write([shown(n) for n in range(2, 3000)], [])
    rows.write([shown(3)], [])
    assert ids(rows) == [3, 1]
    assert (tmp_path / "history.sqlite").stat().st_mode & 0o77 == 0


def test_a_locked_file_is_named_and_read_meanwhile(rows: SqliteHistory, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "history.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(UnavailableError, match="database is locked"):
            rows.write([shown(2)], [])
        assert ids(rows) == [1]
        other.execute("ROLLBACK")
    rows.write([shown(2)], [])
    assert ids(rows) == [2, 1]


def test_a_damaged_file_is_named_and_a_new_one_begins_once_it_was_moved_away(
    rows: SqliteHistory, tmp_path: Path
) -> None:
    path = tmp_path / "history.sqlite"
    rows.close()
    path.write_bytes(b"no database " * 1000)
    with pytest.raises(UnavailableError, match="the file is damaged; move it away, and a new history begins"):
        rows.page(Wanted())
    with pytest.raises(UnavailableError, match="the file is damaged"):
        rows.write([shown(2)], [])
    path.rename(tmp_path / "aside")
    rows.write([shown(2)], [])
    assert ids(rows) == [2]


def test_a_file_that_is_moved_away_while_open_is_made_again(rows: SqliteHistory, tmp_path: Path) -> None:
    assert ids(rows) == [1]
    (tmp_path / "history.sqlite").rename(tmp_path / "aside")
    rows.write([shown(2)], [])
    assert ids(rows) == [2]


def test_a_file_of_a_newer_version_is_refused(rows: SqliteHistory, tmp_path: Path) -> None:
    rows.close()
    with closing(sqlite3.connect(tmp_path / "history.sqlite")) as other:
        other.execute("PRAGMA user_version = 9")
    with pytest.raises(UnavailableError, match="version 9 of a newer Lookalike"):
        rows.page(Wanted())


def test_a_damaged_row_is_left_out(rows: SqliteHistory, tmp_path: Path) -> None:
    rows.write([shown(2)], [])
    with closing(sqlite3.connect(tmp_path / "history.sqlite", isolation_level=None)) as other:
        other.execute("UPDATE showings SET guesses = '{' WHERE id = 1")
    assert ids(rows) == [2]
