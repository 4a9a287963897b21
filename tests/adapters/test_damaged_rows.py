"""One damaged row of an item store: its item is named, can be put and deleted, and harms no other."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from services.adapters.dynamodb_items import DynamoItems
from services.adapters.dynamodb_items.layout import ITEMS, key
from services.adapters.sqlite_items import SqliteItems
from services.core.errors import UnavailableError
from services.core.ports import ItemStore
from tests.adapters.hooks import rows
from tests.adapters.items import same
from tests.fakes import DIM, MODEL, make_item, vectors

HALF_NAN = "x'" + "007e" * DIM + "'"
HALF_INFINITE = "x'" + "007c" * DIM + "'"
SQL = {
    "another dimension": ("UPDATE vectors SET dim = 7", "its vectors have 16 bytes; expected 14 for each"),
    "no dimension": ("UPDATE vectors SET dim = 0", "its dimension is 0; expected a whole number from 1"),
    "a dimension in words": ("UPDATE vectors SET dim = 'many'", "its dimension is 'many'"),
    "cut off": ("UPDATE vectors SET vectors = x'0102'", "its vectors have 2 bytes; expected 16 for each"),
    "empty": ("UPDATE vectors SET vectors = x''", "it has 0 vectors; expected 1 or more"),
    "text for vectors": ("UPDATE vectors SET vectors = 'none'", "its vectors are 'none'; expected bytes"),
    "NaN": (f"UPDATE vectors SET vectors = {HALF_NAN}", "one of its vectors is not of length 1"),
    "infinite": (f"UPDATE vectors SET vectors = {HALF_INFINITE}", "one of its vectors is not of length 1"),
    "zero": (f"UPDATE vectors SET vectors = zeroblob({2 * DIM})", "one of its vectors is not of length 1"),
    "no recipe": ("UPDATE vectors SET recipe = 'new'", "its recipe is 'new'"),
    "no vectors": ("DELETE FROM vectors", "its vectors are None"),
    "no JSON": ("UPDATE items SET metadata = '{'", "its metadata is '{'; expected JSON"),
    "a list": ("UPDATE items SET metadata = '[]'", "its metadata is '[]'; expected JSON"),
    "numbers": ("UPDATE items SET metadata = '{\"a\": 7}'", "its metadata is no object of texts"),
    "deep": (f"UPDATE items SET metadata = '{'[' * 90_000}'", "its metadata is '[[["),
    "bytes for a title": ("UPDATE items SET title = x'00'", "its title is b'\\x00'; expected text"),
    "no UTF-8": ("UPDATE items SET title = CAST(x'ff' AS TEXT)", "its title is '\\udcff'; expected text"),
    "bytes for a link": ("UPDATE items SET link = x'00'", "its link is b'\\x00'; expected text"),
    "bytes for a picture": ("UPDATE items SET picture = x'00'", "its picture is b'\\x00'; expected text"),
    "pictures that are no list": ("UPDATE items SET more_pictures = '7'", "its list of pictures is '7'"),
}


def check_damaged(store: ItemStore, reason: str) -> None:
    """Of the items a, b and c the second is damaged, until it is put, and can be deleted."""
    for found in (store.page(), store.get_many(["a", "b", "c"])):
        assert [item and item.id for item in found] == ["a", "b", "c"]
        assert [bool(item and item.damage) for item in found] == [False, True, False]
        assert found[1] is not None
        assert reason in found[1].damage
        assert same(found[2], make_item("c"))
    assert [facts.id for facts in store.facts_page()] == ["a", "b", "c"]
    assert [item.id for item in store.lacking(MODEL, 9)] == ["a", "b", "c"]
    assert store.feedback(1, shown="b", really="a") > 3

    damaged = store.get_many(["b"])[0]
    assert damaged is not None
    store.put(make_item("b"), expected=damaged.revision)
    assert same(store.get_many(["b"])[0], make_item("b"))


def damage_sqlite(path: Path, statement: str) -> None:
    where = "id" if "items SET" in statement else "item_id"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"{statement} WHERE {where} = 'b'")


@pytest.mark.parametrize("case", SQL)
def test_a_damaged_row_of_sqlite_stops_no_other(tmp_path: Path, case: str) -> None:
    statement, reason = SQL[case]
    path = tmp_path / "items.sqlite"
    with closing(SqliteItems(path, writable=True)) as store:
        store.put_many([make_item("a"), make_item("b"), make_item("c")])
        damage_sqlite(path, statement)
        check_damaged(store, reason)
        damage_sqlite(path, statement)
        damaged = store.get_many(["b"])[0]
        assert damaged is not None
        assert store.delete("b", expected=damaged.revision)
        assert [item.id for item in store.page()] == ["a", "c"]


def test_what_sqlite_knows_without_vectors_is_told_by_the_facts(tmp_path: Path) -> None:
    path = tmp_path / "items.sqlite"
    with closing(SqliteItems(path, writable=True)) as store:
        store.put_many([make_item("a"), make_item("b")])
        damage_sqlite(path, SQL["cut off"][0])
        assert [bool(facts.damage) for facts in store.facts_page()] == [False, True]


def test_ids_and_numbers_that_are_damaged_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "items.sqlite"
    with closing(SqliteItems(path, writable=True)) as store:
        store.put_many([make_item("a"), make_item("b"), make_item("c")])
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE items SET id = CAST(x'ff' AS TEXT) WHERE id = 'a'")
            db.execute("UPDATE items SET id = x'ff' WHERE id = 'b'")
            db.execute("UPDATE changes SET item_id = CAST(x'ff' AS TEXT) WHERE cursor = 1")
            db.execute("DELETE FROM facts WHERE name = 'model'")
        assert [item.id for item in store.page()] == ["c"]
        assert [change.item_id for change in store.changes(after=0)] == ["", "b", "c"]
        assert store.model() == MODEL


@pytest.mark.parametrize("writable", [True, False])
def test_a_file_with_damaged_pages_is_told_with_what_to_do(tmp_path: Path, writable: bool) -> None:
    path = tmp_path / "items.sqlite"
    with closing(SqliteItems(path, writable=True)) as store:
        store.put_many([make_item(f"{number:04}") for number in range(500)])
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xaa" * (len(content) - 4096)
    path.write_bytes(content)
    says = "malformed: the file is damaged; stop Lookalike, move the file away, and put a backup or an export"
    with pytest.raises(UnavailableError, match=says), closing(SqliteItems(path, writable=writable)) as store:
        store.page()


def field(name: str, value: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    def change(row: dict[str, Any]) -> None:
        row[name] = value

    return change


def place(name: str, value: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    def change(row: dict[str, Any]) -> None:
        row["places"]["M"][MODEL]["M"][name] = value

    return change


def without(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda row: row.pop(name)


ROWS = {
    "no title": (without("title"), "its title is None; expected text"),
    "a number for a title": (field("title", {"N": "7"}), "its title is None; expected text"),
    "no JSON": (field("metadata", {"S": "{"}), "its metadata is '{'; expected JSON"),
    "no metadata": (without("metadata"), "its metadata is None"),
    "no picture": (field("pictures", {"L": []}), "it has no picture"),
    "pictures that are no list": (field("pictures", {"S": "x"}), "it has no picture"),
    "no place of vectors": (without("places"), "it has no vectors"),
    "a place of another kind": (field("places", {"M": {MODEL: {"S": "x"}}}), "it has no vectors"),
    "another dimension": (place("dim", {"N": "7"}), "one of its vectors is not of length 1"),
    "no dimension": (place("dim", {"N": "0"}), "it has no vectors"),
    "many views": (place("views", {"N": "3"}), "it has 1 vectors; expected 3 or more"),
    "vectors of another version": (place("version", {"S": "x"}), "its vectors are gone"),
}


@pytest.mark.parametrize("case", ROWS)
def test_a_damaged_row_of_dynamodb_stops_no_other(
    dynamo: DynamoItems, dynamodb: Any, table: str, case: str
) -> None:
    change, reason = ROWS[case]
    dynamo.put_many([make_item("a"), make_item("b"), make_item("c")])

    def damage() -> None:
        (row,) = (each for each in rows(dynamodb, table, ITEMS) if each["sk"] == {"S": "b"})
        change(row)
        dynamodb.put_item(TableName=table, Item=row)

    damage()
    check_damaged(dynamo, reason)
    damage()
    damaged = dynamo.get_many(["b"])[0]
    assert damaged is not None
    assert dynamo.delete("b", expected=damaged.revision)
    assert [item.id for item in dynamo.page()] == ["a", "c"]


@pytest.mark.parametrize(
    "content", [{"B": bytes(2 * DIM)}, {"B": b"\x01"}, {"S": "text"}], ids=["zero", "cut off", "text"]
)
def test_damaged_vectors_in_dynamodb_stop_no_other(
    dynamo: DynamoItems, dynamodb: Any, table: str, content: dict[str, Any]
) -> None:
    dynamo.put_many([make_item("a"), make_item("b", vectors(1)), make_item("c")])
    (row,) = rows(dynamodb, table, "vectors/b")
    dynamodb.put_item(TableName=table, Item=row | {"content": content})
    check_damaged(dynamo, "vector")
    assert dynamodb.get_item(TableName=table, Key=key(ITEMS, "a"))["Item"]
