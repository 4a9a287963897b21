"""Writing of items; each function is a part of its caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from services.adapters.sqlite_items.item_rows import (
    PUT_ITEM,
    PUT_VECTORS,
    PUT_WORDS,
    REVISIONS,
    revision_of_row,
    with_ids,
    words_row,
)
from services.core.catalogue.conditions import left_of
from services.core.domain import ItemWords

HEAD = "SELECT coalesce(max(cursor), 0) FROM changes"
SET_MODEL = "INSERT OR REPLACE INTO facts VALUES ('model', ?)"
DROP_EMPTY_FEEDBACK = "DELETE FROM feedback WHERE shown IS NULL AND really IS NULL"
# SQLite takes 32,766 values in a statement.
_AT_ONCE = 10_000


def write_items(
    db: sqlite3.Connection, item_rows: Sequence[Sequence[Any]], vectors_rows: Sequence[Sequence[Any]]
) -> int:
    """Write or replace items; gives the newest cursor. The first ones decide the catalogue's model."""
    ids = [(row[0],) for row in item_rows]
    if item_rows and db.execute("SELECT 1 FROM items LIMIT 1").fetchone() is None:
        db.execute(SET_MODEL, (vectors_rows[0][1],))
    db.executemany(PUT_ITEM, item_rows)
    db.executemany("DELETE FROM vectors WHERE item_id = ?", ids)
    db.executemany(PUT_VECTORS, vectors_rows)
    return note_changes(db, ids)


def write_words(db: sqlite3.Connection, words: Sequence[ItemWords]) -> int:
    """Write new words of items that exist; gives the newest cursor."""
    db.executemany(PUT_WORDS, [words_row(each) for each in words])
    return note_changes(db, [(each.id,) for each in words])


def delete_items(db: sqlite3.Connection, item_ids: Sequence[str]) -> int:
    """Remove items that exist, and the feedback about them; gives the newest cursor."""
    ids = [(item_id,) for item_id in item_ids]
    db.executemany("DELETE FROM items WHERE id = ?", ids)
    db.executemany("DELETE FROM vectors WHERE item_id = ?", ids)
    # A record's other item keeps its count, so that it does not change.
    db.executemany("UPDATE feedback SET shown = NULL WHERE shown = ?", ids)
    db.executemany("UPDATE feedback SET really = NULL WHERE really = ?", ids)
    db.execute(DROP_EMPTY_FEEDBACK)
    return note_changes(db, ids)


def left(db: sqlite3.Connection, expected: Mapping[str, str]) -> dict[str, str]:
    """The ids whose items are not of the expected revision, each with the reason."""
    ids, now = list(expected), dict[str, str]()
    for at in range(0, len(ids), _AT_ONCE):
        some = ids[at : at + _AT_ONCE]
        now |= {
            row[0]: revision_of_row(row) for row in db.execute(f"{REVISIONS} WHERE {with_ids(some)}", some)
        }
    return left_of(now, expected)


def note_changes(db: sqlite3.Connection, ids: Sequence[tuple[str]]) -> int:
    """Write a change for each item; gives the newest cursor."""
    db.executemany("INSERT INTO changes (item_id) VALUES (?)", ids)
    return int(db.execute(HEAD).fetchone()[0])
