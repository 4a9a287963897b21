"""Stores on a full disk: said in words, nothing lost, nothing half-written left, and then it goes on."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.adapters.file_pictures import FilePictures
from services.adapters.sqlite_items import SqliteItems
from services.core.errors import NoSpaceError, UnavailableError
from services.core.importing.journal import Journal
from tests.adapters.items import same
from tests.fakes import make_item, vectors
from tests.full_disk import full


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteItems]:
    with closing(SqliteItems(tmp_path / "items.sqlite", writable=True)) as opened:
        opened.put(make_item("a"))
        yield opened


def test_a_picture_is_refused_in_words_and_leaves_nothing(tmp_path: Path) -> None:
    pictures = FilePictures(tmp_path)
    kept = pictures.put(b"kept", suffix=".png")
    with full(0):
        with pytest.raises(NoSpaceError, match="picture store: File too large; make room on its disk"):
            pictures.put(b"new", suffix=".png")
        with pytest.raises(NoSpaceError, match="picture store"):
            pictures.check_write()
        assert pictures.get(kept) == b"kept"
        assert pictures.put(b"kept", suffix=".png") == kept
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [kept]
    pictures.check_write()
    assert pictures.get(pictures.put(b"new", suffix=".png")) == b"new"
    assert not list(tmp_path.rglob(".unfinished-*"))


def test_any_other_fault_of_the_disk_is_no_full_one(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnavailableError, match="picture store: Not a directory") as told:
        FilePictures(tmp_path / "file").put(b"new", suffix=".png")
    assert not isinstance(told.value, NoSpaceError)


def test_items_are_refused_in_words_and_nothing_is_lost(store: SqliteItems) -> None:
    with full(0):
        writes: list[Callable[[], object]] = [
            lambda: store.put(make_item("b")),
            lambda: store.delete("a"),
            store.check_write,
        ]
        for write in writes:
            with pytest.raises(NoSpaceError, match=r"item store: .*; make room on its disk"):
                write()
        assert same(store.get_many(["a"])[0], make_item("a"))
    assert store.head() == 1
    store.check_write()
    assert store.put(make_item("b")) == 2


def test_a_file_that_may_have_no_more_pages_is_a_full_disk(store: SqliteItems) -> None:
    with store._transaction() as db:
        (pages,) = db.execute("PRAGMA page_count").fetchone()
    with store._lock:
        store._connected().execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(NoSpaceError, match="item store: database or disk is full; make room"):
        store.put(make_item("b", vectors(2000)))
    assert [item.id for item in store.page()] == ["a"]


def test_a_store_that_is_opened_on_a_full_disk_says_so(tmp_path: Path) -> None:
    path = tmp_path / "items.sqlite"
    path.touch()
    with full(0), pytest.raises(NoSpaceError, match=r"items\.sqlite: .*make room"):
        SqliteItems(path, writable=True)
    with closing(SqliteItems(path, writable=True)) as store:
        assert store.put(make_item()) == 1


def test_a_journal_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "imports" / "a.journal"
    with Journal(path) as journal:
        journal.note([("m1", "mug")])
        with full(0), pytest.raises(NoSpaceError, match="the journal of the import: File too large; make"):
            journal.note([("m2", "bowl")])
        journal.note([("m3", "jug")])
    with Journal(path) as again:
        assert [mark in again for mark in ("m1", "m2", "m3")] == [True, False, True]


def test_sqlite_tells_other_faults_as_before(store: SqliteItems) -> None:
    says = "item store: no such table"
    with pytest.raises(UnavailableError, match=says) as told, store._transaction() as db:
        db.execute("SELECT * FROM absent")
    assert (type(told.value), type(told.value.__cause__)) == (UnavailableError, sqlite3.OperationalError)
