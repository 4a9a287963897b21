"""Damaged rows of the item store beside a running system: named, passed over, mended over HTTP."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from services.core.catalogue.views import VIEWS
from tests.system.single import add, path
from tests.system.stack import Stack, eventually


def damage(stack: Stack, statement: str, item_id: str) -> None:
    """Change the item's row behind the system's back, and let the search read it again."""
    with closing(sqlite3.connect(stack.data / "items.sqlite")) as db, db:
        db.execute(statement, (item_id,))
        db.execute("INSERT INTO changes (item_id) VALUES (?)", (item_id,))


def named(stack: Stack) -> dict[str, str]:
    damaged = stack.get("/healthz")["checks"]["index"]["damaged"]
    return {each["id"]: each["reason"] for each in damaged["first"]}


def test_damaged_items_are_named_until_they_are_put_or_deleted(empty: Stack, bowl: dict[str, Any]) -> None:
    for number in (1, 2):
        add(empty, 300 + number, id=f"torn-{number}", title=f"Torn {number}")
    damage(empty, "UPDATE items SET metadata = 'torn' WHERE id = ?", "torn-1")
    damage(empty, "UPDATE vectors SET dim = 7 WHERE item_id = ?", "torn-2")
    eventually(lambda: len(named(empty)) == 2, within_s=5, why=empty.log)

    assert named(empty)["torn-1"] == "its metadata is 'torn'; expected JSON"
    assert empty.client.get("/healthz").status_code == 200
    assert "lookalike_search_damaged_items 2.0" in empty.client.get("/metrics").text
    listed = [item["id"] for item in empty.get("/items?limit=1000")["items"]]
    assert bowl["id"] in listed
    assert not set(listed) & {"torn-1", "torn-2"}
    assert empty.client.get("/items/torn-1").status_code == 409
    told = empty.cli("doctor").stdout
    assert "2 items are damaged and left out; put them again" in told
    assert "'torn-1': its metadata is 'torn'; expected JSON" in told
    assert empty.client.get("/items/archive").status_code == 200

    put = empty.client.put("/items/torn-2", json={"title": "Whole"})
    assert (put.status_code, put.json()["title"]) == (200, "Whole"), put.text
    assert empty.client.delete(path("torn-1")).status_code == 200
    eventually(lambda: named(empty) == {}, within_s=5, why=empty.log)
    assert empty.get("/items/torn-2")["views"] == VIEWS
    empty.client.delete(path("torn-2"))
