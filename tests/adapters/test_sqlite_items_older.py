"""Item stores in files of older versions: they open, read, and take new items."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from services.adapters.sqlite_items import SqliteItems
from services.adapters.sqlite_items.file import writer_lock
from services.core.domain import RevisionError
from services.core.errors import UnavailableError
from tests.adapters.items import counts, models, noted, same, taught_item
from tests.fakes import DIM, MODEL, OTHER_MODEL, make_item, vectors

FIRST = """
PRAGMA journal_mode = WAL;
CREATE TABLE items (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, link TEXT, metadata TEXT NOT NULL, picture TEXT NOT NULL,
    model TEXT NOT NULL, dim INTEGER NOT NULL, vectors BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE changes (cursor INTEGER PRIMARY KEY AUTOINCREMENT, item_id TEXT NOT NULL);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
SECOND = (
    FIRST
    + """
CREATE TABLE probes (item_id TEXT PRIMARY KEY, vectors BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE feedback (record_id INTEGER PRIMARY KEY, shown TEXT, really TEXT);
CREATE INDEX feedback_shown ON feedback (shown, really);
CREATE INDEX feedback_really ON feedback (really);
"""
)
# The first version with a number, which is 2.
THIRD = """
PRAGMA journal_mode = WAL;
CREATE TABLE items (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, link TEXT, metadata TEXT NOT NULL, picture TEXT NOT NULL,
    more_pictures TEXT NOT NULL, searched TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE vectors (
    item_id TEXT NOT NULL, model TEXT NOT NULL, dim INTEGER NOT NULL, vectors BLOB NOT NULL,
    probes BLOB NOT NULL, UNIQUE (item_id, model)
);
CREATE TABLE changes (cursor INTEGER PRIMARY KEY AUTOINCREMENT, item_id TEXT NOT NULL);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE feedback (record_id INTEGER PRIMARY KEY, shown TEXT, really TEXT);
CREATE INDEX feedback_shown ON feedback (shown, really);
CREATE INDEX feedback_really ON feedback (really);
PRAGMA user_version = 2;
"""
FOURTH = (
    THIRD.replace("dim INTEGER NOT NULL,", "dim INTEGER NOT NULL, recipe INTEGER NOT NULL DEFAULT 1,")
    .replace("user_version = 2", "user_version = 3")
    .replace(
        "CREATE TABLE changes",
        "CREATE INDEX vectors_recipe ON vectors (model, recipe, item_id);\nCREATE TABLE changes",
    )
)
FIFTH = (
    FOURTH.replace("searched TEXT NOT NULL", "searched TEXT NOT NULL, taught TEXT NOT NULL DEFAULT '[]'")
    .replace("probes BLOB NOT NULL,", "probes BLOB NOT NULL, points BLOB NOT NULL DEFAULT x'',")
    .replace("user_version = 3", "user_version = 4")
)
# b is of another model.
ITEMS = [
    make_item("a", vectors(2), title="Größe 7'"),
    make_item("b", vectors(dim=16), model=OTHER_MODEL),
    make_item("c"),
]
# Up to version 4 an item had vectors of made-up camera frames too.
PROBES = vectors(3).astype("<f2").tobytes()
NUMBERED = {"third": THIRD, "fourth": FOURTH, "fifth": FIFTH}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "items.sqlite"


@pytest.fixture(params=["first", "second", *NUMBERED])
def older(request: pytest.FixtureRequest, path: Path) -> str:
    """Make a file of an older version, which it returns, with ITEMS."""
    version = str(request.param)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        if version in NUMBERED:
            fill_third(db, NUMBERED[version])
            return version
        db.executescript(FIRST if version == "first" else SECOND)
        db.execute("INSERT INTO facts VALUES ('model', ?)", (MODEL,))
        for item in ITEMS:
            facts = (item.id, item.title, item.link, '{"kind": "mug"}', item.picture, item.model)
            blob = item.vectors.astype("<f2").tobytes()
            row = (*facts, item.vectors.shape[1], blob)
            db.execute("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            db.execute("INSERT INTO changes (item_id) VALUES (?)", (item.id,))
        if version == "second":
            db.execute("INSERT INTO probes VALUES ('c', ?)", (PROBES,))
            db.execute("INSERT INTO feedback VALUES (7, 'a', 'c')")
        return version


def fill_third(db: sqlite3.Connection, script: str) -> None:
    db.executescript(script)
    db.execute("INSERT INTO facts VALUES ('model', ?)", (MODEL,))
    for item in ITEMS:
        text = item.searched_text
        row = (item.id, item.title, item.link, '{"kind": "mug"}', item.picture, "[]", text)
        db.execute(
            "INSERT INTO items (id, title, link, metadata, picture, more_pictures, searched)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            row,
        )
        blobs = item.vectors.astype("<f2").tobytes(), PROBES
        dim = item.vectors.shape[1]
        db.execute(
            "INSERT INTO vectors (item_id, model, dim, vectors, probes) VALUES (?, ?, ?, ?, ?)",
            (item.id, item.model, dim, *blobs),
        )
        db.execute("INSERT INTO changes (item_id) VALUES (?)", (item.id,))
    db.execute("INSERT INTO feedback VALUES (7, 'a', 'c')")
    db.execute("INSERT INTO facts VALUES ('calibration', '{}')")


@pytest.fixture
def writer(path: Path, older: str) -> Iterator[SqliteItems]:
    assert older
    with closing(SqliteItems(path, writable=True)) as store:
        yield store


@pytest.fixture
def reader(path: Path, older: str) -> Iterator[SqliteItems]:
    assert older
    with closing(SqliteItems(path, writable=False)) as store:
        yield store


def check_whole(store: SqliteItems, older: str) -> None:
    """Check that everything in the file is still there."""
    assert [same(*pair) for pair in zip(store.page(), ITEMS, strict=True)] == [True] * 3
    assert (store.model(), store.head(), noted(store, 0)) == (MODEL, 3, ["a", "b", "c"])
    given = int(older != "first")
    assert counts(store, "a", "b", "c") == [(0, given), (0, 0), (given, 0)]
    assert store.recipes(MODEL) == {1: 2, None: 1}
    assert [item.id for item in store.lacking(MODEL, 1)] == ["b"]


def test_the_items_of_an_older_file_are_whole(writer: SqliteItems, older: str) -> None:
    check_whole(writer, older)


def test_a_reader_of_an_older_file_works_before_its_writer_has_come(
    path: Path, reader: SqliteItems, older: str
) -> None:
    check_whole(reader, older)
    with closing(SqliteItems(path, writable=True)) as writer:
        check_whole(writer, older)
        writer.feedback(8, shown="b", really="b")
        writer.delete("c")
    assert (counts(reader, "b"), noted(reader, 3)) == ([(1, 0)], ["b", "c"])


def test_the_first_to_open_an_older_file_brings_it_up_to_date_for_all(path: Path, older: str) -> None:
    stores = [SqliteItems(path, writable=False) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(SqliteItems.page, stores))
    assert [len(page) for page in found] == [3] * 8
    for store in stores:
        check_whole(store, older)
        store.close()


def test_what_was_taken_over_is_there_after_closing_and_opening_again(
    path: Path, writer: SqliteItems, older: str
) -> None:
    writer.close()
    with closing(SqliteItems(path, writable=True)) as again:
        check_whole(again, older)


def test_an_older_files_items_are_written_on_condition_of_their_revision(writer: SqliteItems) -> None:
    before = writer.page()[0]
    changed = replace(before, title="New")
    writer.put(changed, expected=before.revision)
    with pytest.raises(RevisionError) as refused:
        writer.delete("a", expected=before.revision)
    assert same(refused.value.current, changed)
    assert writer.delete("a", expected=changed.revision) == 5


def test_an_older_file_takes_what_is_new(path: Path, writer: SqliteItems) -> None:
    writer.put(make_item("d", vectors(2), more_pictures=("2.jpg",)))
    writer.put(make_item("c", vectors(3)))
    assert writer.stage(make_item("c", model=OTHER_MODEL))
    writer.delete("a")
    assert writer.feedback(9, shown="d", really="d") == writer.head() == 7
    writer.set_model(OTHER_MODEL)
    writer.close()
    with closing(SqliteItems(path, writable=True)) as again:
        assert models(again) == {"b": OTHER_MODEL, "c": OTHER_MODEL, "d": MODEL}
        assert [item.id for item in again.lacking(OTHER_MODEL, 1)] == ["d"]
        again.set_model(MODEL)
        assert [len(item.vectors) for item in again.page()] == [1, 3, 2]


def test_an_older_file_takes_vectors_of_another_recipe(path: Path, writer: SqliteItems) -> None:
    assert writer.stage(replace(make_item("a", vectors(3)), recipe=2))
    writer.put(replace(make_item("d"), recipe=2))
    writer.close()
    with closing(SqliteItems(path, writable=True)) as again:
        assert again.recipes(MODEL) == {1: 1, 2: 2, None: 1}
        assert [item.id for item in again.lacking(MODEL, 2)] == ["b", "c"]


def test_an_older_file_takes_taught_pictures_and_points(path: Path, writer: SqliteItems) -> None:
    writer.put(taught_item("d"))
    assert writer.stage(replace(make_item("a", vectors(2)), points=(b"1",)))
    writer.close()
    with closing(SqliteItems(path, writable=True)) as again:
        assert same(again.page()[3], taught_item("d"))
        assert again.points(["a", "b"]) == {"a": (b"1",), "b": ()}


def test_the_items_of_an_older_file_are_found_by_their_text(writer: SqliteItems) -> None:
    assert [[item.id for item in writer.page(text=text)] for text in ("grösse", "MUG")] == [
        ["a"],
        ["a", "b", "c"],
    ]


@pytest.mark.parametrize("older", ["first", "second"], indirect=True)
def test_a_file_that_can_not_be_brought_up_to_date_stays_as_it_was(path: Path, older: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("UPDATE items SET metadata = 'no JSON' WHERE id = 'b'")
    with pytest.raises(UnavailableError, match=r"items\.sqlite: user-defined function raised exception"):
        SqliteItems(path, writable=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        assert db.execute("SELECT count(*), sum(length(vectors)) FROM items").fetchone() == (3, 80)
        db.execute("""UPDATE items SET metadata = '{"kind": "mug"}' WHERE id = 'b'""")
    with closing(SqliteItems(path, writable=True)) as store:
        check_whole(store, older)


@pytest.mark.parametrize("writable", [True, False])
def test_a_file_of_a_newer_version_is_left_alone(path: Path, writable: bool) -> None:
    with closing(SqliteItems(path, writable=True)) as store:
        store.put(make_item("a"))
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(UnavailableError, match=r"items\.sqlite: it has version 99 of a newer Lookalike"):
        SqliteItems(path, writable=writable).head()


@pytest.mark.parametrize("older", ["fourth"], indirect=True)
def test_a_file_that_an_older_version_writes_to_is_left_as_it_is(path: Path, older: str) -> None:
    reader = SqliteItems(path, writable=False)
    with (
        writer_lock(path),
        pytest.raises(UnavailableError, match=r"older version of Lookalike writes to it; stop that first"),
    ):
        reader.head()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (3,)
    check_whole(reader, older)
    reader.close()


def test_vectors_are_kept_as_float16(path: Path) -> None:
    item = make_item("a", vectors(2))
    with closing(SqliteItems(path, writable=True)) as store:
        store.put(item)
        with closing(sqlite3.connect(path)) as db:
            kept = db.execute("SELECT model, dim, vectors FROM vectors").fetchall()
    assert kept == [(MODEL, DIM, item.vectors.astype("<f2").tobytes())]


def test_an_older_file_keeps_no_vectors_that_nothing_uses(path: Path, writer: SqliteItems) -> None:
    writer.close()
    with closing(sqlite3.connect(path)) as db:
        (script,) = db.execute("SELECT group_concat(sql) FROM sqlite_master").fetchone()
        kept = db.execute("SELECT name FROM facts ORDER BY name").fetchall()
    assert "probes" not in script
    assert kept == [("identity",), ("model",)]
