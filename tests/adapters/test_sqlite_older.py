"""Files of older versions of the item store open, read and take what is new."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from services.adapters.sqlite_items import SqliteItems
from tests.fakes import DIM, MODEL, make_item, vectors

FIRST = """
PRAGMA journal_mode = WAL;
CREATE TABLE items (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, link TEXT, metadata TEXT NOT NULL, picture TEXT NOT NULL,
    model TEXT NOT NULL, dim INTEGER NOT NULL, vectors BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE changes (cursor INTEGER PRIMARY KEY AUTOINCREMENT, item_id TEXT NOT NULL);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "items.sqlite"


@pytest.fixture
def reader(path: Path) -> Iterator[SqliteItems]:
    store = SqliteItems(path, writable=False)
    yield store
    store.close()


def make_older(path: Path) -> None:
    """A file with items a and b, as the first version wrote it: without feedback and probes."""
    with sqlite3.connect(path) as older:
        older.executescript(FIRST)
        older.execute("INSERT INTO facts VALUES ('model', ?)", (MODEL,))
        for item in (make_item("a"), make_item("b")):
            facts = (item.id, item.title, item.link, '{"kind": "mug"}', item.picture, item.model)
            blob = item.vectors.astype("<f2").tobytes()
            older.execute("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*facts, DIM, blob))
            older.execute("INSERT INTO changes (item_id) VALUES (?)", (item.id,))
    older.close()


def test_a_file_from_before_there_was_feedback_takes_it(path: Path) -> None:
    make_older(path)
    store = SqliteItems(path, writable=True)
    assert [(item.id, item.right, item.wrong) for item in store.page()] == [("a", 0, 0), ("b", 0, 0)]
    assert store.feedback(7, shown="a", really="b") == 4
    store.close()
    again = SqliteItems(path, writable=True)
    assert [(item.id, item.right, item.wrong) for item in again.page()] == [("a", 0, 1), ("b", 1, 0)]
    again.close()


def test_a_reader_of_an_older_file_works_before_its_writer_has_come(path: Path, reader: SqliteItems) -> None:
    make_older(path)
    assert [(item.id, item.right, item.wrong) for item in reader.page()] == [("a", 0, 0), ("b", 0, 0)]
    writer = SqliteItems(path, writable=True)
    writer.feedback(7, shown="a", really="a")
    assert [item and (item.right, item.wrong) for item in reader.get_many(["a", "b"])] == [(1, 0), (0, 0)]
    writer.close()


def test_the_items_of_an_older_file_are_read_whole_and_have_no_probes(
    path: Path, reader: SqliteItems
) -> None:
    make_older(path)
    (found, _), expected = reader.page(), make_item("a")
    assert (found.title, found.link, found.metadata, found.picture, found.model) == (
        expected.title,
        expected.link,
        expected.metadata,
        expected.picture,
        MODEL,
    )
    np.testing.assert_allclose(found.vectors, expected.vectors, atol=5e-4)
    assert found.probes.shape == (0, DIM)
    assert found.probes.dtype == np.float32
    assert (reader.model(), reader.head(), [change.item_id for change in reader.changes(after=0)]) == (
        MODEL,
        2,
        ["a", "b"],
    )


def test_an_older_file_takes_probes_and_its_older_items_stay(path: Path) -> None:
    make_older(path)
    store = SqliteItems(path, writable=True)
    store.put(make_item("c", probes=vectors(3)))
    store.put(make_item("b", probes=vectors(2)))
    store.delete("a")
    store.close()
    again = SqliteItems(path, writable=True)
    assert [(item.id, len(item.probes)) for item in again.page()] == [("b", 2), ("c", 3)]
    assert again.head() == 5
    again.close()


def test_probes_are_kept_as_float16(path: Path) -> None:
    store = SqliteItems(path, writable=True)
    item = make_item("a", probes=vectors(3))
    store.put(item)
    with sqlite3.connect(path) as db:
        (kept,) = db.execute("SELECT vectors FROM probes WHERE item_id = 'a'").fetchone()
    db.close()
    assert kept == item.probes.astype("<f2").tobytes()
    (found,) = store.page()
    np.testing.assert_array_equal(found.probes, item.probes.astype(np.float16).astype(np.float32))
    store.delete("a")
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM probes").fetchone() == (0,)
    db.close()
    store.close()
