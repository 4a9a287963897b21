"""The store's reads and writes."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.adapters.sqlite_file import store_error, transaction
from services.adapters.sqlite_items.file import open_file, writer_lock
from services.adapters.sqlite_items.item_rows import (
    COUNTS,
    ITEM_FACTS,
    ITEMS,
    ITEMS_WITHOUT_POINTS,
    MODEL,
    POINTS,
    PUT_VECTORS,
    facts_of,
    item_of,
    item_points,
    item_row,
    vectors_row,
    with_ids,
)
from services.adapters.sqlite_items.writing import (
    DROP_EMPTY_FEEDBACK,
    HEAD,
    SET_MODEL,
    delete_items,
    left,
    note_changes,
    write_items,
    write_words,
)
from services.core.catalogue.conditions import check_revision, check_vectors
from services.core.domain import Change, Item, ItemFacts, ItemWords, ManyWritten, fold, is_text
from services.core.errors import NoSpaceError, UnavailableError
from services.core.revision import NO_ITEM

# An empty text matches every row.
_PAGE = "id > ? AND instr(searched, ?) ORDER BY id LIMIT ?"
_IDENTITY = "SELECT value FROM facts WHERE name = 'identity'"
_SET_IDENTITY = "INSERT OR REPLACE INTO facts VALUES ('identity', lower(hex(randomblob(8))))"


class SqliteItems:
    """Items and the history of their changes in one file; safe to use from several threads.

    Raises UnavailableError when the file can't be opened, or a second process wants to write.
    """

    def __init__(self, path: Path, *, writable: bool) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._writer = writer_lock(path) if writable else None
        if writable:
            try:
                with self._lock:
                    self._connected()
                self._name()
            except UnavailableError:
                self.close()
                raise

    def _name(self) -> None:
        """Give the file its identity, unless it has one; on a full disk the next start does it."""
        if self.identity() is None:
            with contextlib.suppress(NoSpaceError), self._transaction() as db:
                db.execute(_SET_IDENTITY)

    def _connected(self) -> sqlite3.Connection:
        """The connection; a reader opens it at its first read, as the writer may make the file later."""
        if self._db is not None:
            return self._db
        if self._writer is None and not self._path.exists():  # sqlite3 would make an empty file of it
            raise UnavailableError(f"item store {self._path}: not there yet; the api creates it")
        self._db = open_file(self._path, writable=self._writer is not None)
        return self._db

    def close(self) -> None:
        """Close the file, and let another process write."""
        with self._lock:
            if self._db is not None:
                self._db.close()
            if self._writer is not None:
                self._writer.close()

    def put(self, item: Item, *, expected: str | None = None) -> int:
        """Write or replace an item; it is durable on return. Gives the change's cursor.

        Raises RevisionError if the item is not of the expected revision.
        """
        return self._put([item], expected)

    def put_many(self, items: Sequence[Item]) -> int:
        """Write or replace items in one step: after an error none is written. Gives the newest cursor."""
        return self._put(items, None)

    def _put(self, items: Sequence[Item], expected: str | None) -> int:
        last = {item.id: item for item in items}
        item_rows = [item_row(item) for item in last.values()]
        vectors_rows = [vectors_row(item) for item in last.values()]
        with self._transaction() as db:
            if expected is not None:
                _check_put(db, items[0], expected)
            return write_items(db, item_rows, vectors_rows)

    def delete(self, item_id: str, *, expected: str | None = None) -> int | None:
        """Remove an item and the feedback about it; gives the change's cursor, or None if there was none.

        Raises RevisionError if the item is not of the expected revision.
        """
        with self._transaction() as db:
            if expected is not None:
                check_revision(item_id, _item(db, item_id), expected)
            if db.execute("SELECT 1 FROM items WHERE id = ?", (item_id,)).fetchone() is None:
                return None
            return delete_items(db, [item_id])

    def revise_many(self, words: Sequence[ItemWords]) -> ManyWritten:
        """Write new words of items in one step; those that are not of the expected revision are left."""
        with self._transaction() as db:
            refused = left(db, {each.id: each.expected for each in words})
            return ManyWritten(write_words(db, [each for each in words if each.id not in refused]), refused)

    def delete_many(self, revisions: Mapping[str, str]) -> ManyWritten:
        """Remove items, and the feedback about them, in one step; those of another revision are left."""
        with self._transaction() as db:
            refused = left(db, revisions)
            return ManyWritten(delete_items(db, [each for each in revisions if each not in refused]), refused)

    def add_many(self, items: Sequence[Item]) -> ManyWritten:
        """Write items in one step; those whose id has one already are left."""
        item_rows, vectors_rows = [item_row(item) for item in items], [vectors_row(item) for item in items]
        with self._transaction() as db:
            refused = left(db, {item.id: NO_ITEM for item in items})
            rows = [[row for row in each if row[0] not in refused] for each in (item_rows, vectors_rows)]
            return ManyWritten(write_items(db, *rows), refused)

    def get_many(self, item_ids: Sequence[str], *, points: bool = True) -> list[Item | None]:
        """The items of these ids, in their order, None for one that does not exist."""
        items = {item.id: item for item in self._items(with_ids(item_ids), *item_ids, points=points)}
        return [items.get(item_id) for item_id in item_ids]

    def points(self, ids: Sequence[str]) -> dict[str, tuple[bytes, ...]]:
        """The local features of each picture of these items, by id."""
        rows = self._rows(f"{POINTS} WHERE {with_ids(ids)}", *ids)
        return {row[0]: item_points(row) for row in rows if _is_id(row[0])}

    def facts(self, item_ids: Sequence[str]) -> list[ItemFacts | None]:
        """The items of `get_many` without vectors."""
        facts = {item.id: item for item in self._facts(with_ids(item_ids), *item_ids)}
        return [facts.get(item_id) for item_id in item_ids]

    def page(self, *, after: str = "", limit: int = 100, text: str = "", points: bool = True) -> list[Item]:
        """The next items in the order of their ids, those behind the id `after` that hold `text`."""
        return self._items(_PAGE, after, fold(text), limit, points=points)

    def facts_page(self, *, after: str = "", limit: int = 100, text: str = "") -> list[ItemFacts]:
        """The items of `page` without vectors."""
        return self._facts(_PAGE, after, fold(text), limit)

    def lacking(self, model: str, recipe: int, *, after: str = "", limit: int = 100) -> list[Item]:
        """The next items without vectors of this model and recipe, in the order of their ids."""
        wanted = "those.item_id = id AND those.model = ? AND those.recipe = ?"
        lacks = f"NOT EXISTS (SELECT 1 FROM vectors AS those WHERE {wanted})"
        return self._items(f"{lacks} AND id > ? ORDER BY id LIMIT ?", model, recipe, after, limit)

    def recipes(self, model: str) -> dict[int | None, int]:
        """The number of items by the recipe of their vectors of this model, None for those without any."""
        # One query, so that all numbers are of one moment.
        without = "(SELECT count(*) FROM items) - (SELECT count(*) FROM vectors WHERE model = ?1)"
        query = f"""
            SELECT recipe, count(*) FROM vectors WHERE model = ?1 GROUP BY recipe
            UNION ALL SELECT NULL, {without}
        """
        return {recipe: count for recipe, count in self._rows(query, model) if count}

    def count(self) -> int:
        """The number of items."""
        return int(self._rows("SELECT count(*) FROM items")[0][0])

    def head(self) -> int:
        """The cursor of the newest change, 0 for a store that never had one."""
        return int(self._rows(HEAD)[0][0])

    def state(self) -> tuple[int, str | None]:
        """The cursor of the newest change, and the catalogue's model."""
        return self.head(), self.model()

    def identity(self) -> str | None:
        """The name that the file was given when its writer first opened it, or by `set_model`."""
        found = self._rows(_IDENTITY)
        return found[0][0] if found else None

    def changes(self, *, after: int, limit: int = 1000) -> list[Change]:
        """The changes behind the cursor `after`, oldest first."""
        query = "SELECT cursor, item_id FROM changes WHERE cursor > ? ORDER BY cursor LIMIT ?"
        rows = self._rows(query, after, limit)
        return [Change(cursor, item_id if _is_id(item_id) else "") for cursor, item_id in rows]

    def model(self) -> str | None:
        """The fingerprint of the model that made the catalogue's vectors, None while it has no items.

        That of most items if the file names none, because it is damaged.
        """
        most = "SELECT model FROM vectors GROUP BY model ORDER BY count(*) DESC LIMIT 1"
        found = self._rows(f"SELECT coalesce(({MODEL}), ({most})) WHERE EXISTS (SELECT 1 FROM items)")
        return found[0][0] if found else None

    def set_model(self, fingerprint: str) -> None:
        """Declare another model the catalogue's, in one step: from now on items come with its vectors."""
        with self._transaction() as db:
            db.execute(SET_MODEL, (fingerprint,))
            db.execute(_SET_IDENTITY)

    def stage(self, item: Item) -> bool:
        """Keep the item's vectors as those of its model, unless it is gone or has other pictures by now."""
        row, pictures = vectors_row(item), (item.picture, json.dumps(item.more_pictures))
        with self._transaction() as db:
            kept = db.execute("SELECT picture, more_pictures FROM items WHERE id = ?", (item.id,)).fetchone()
            if kept != pictures:
                return False
            db.execute(PUT_VECTORS, row)
            if db.execute(MODEL).fetchone() == (item.model,):
                note_changes(db, [(item.id,)])
            return True

    def prune(self) -> None:
        """Drop the vectors of other models from each item that has some of the catalogue's."""
        with self._transaction() as db:
            db.execute(
                f"DELETE FROM vectors WHERE model != ({MODEL})"
                f" AND item_id IN (SELECT item_id FROM vectors WHERE model = ({MODEL}))"
            )

    def feedback(self, record_id: int, *, shown: str | None, really: str | None) -> int:
        """Remember feedback on a record in place of earlier feedback; gives the newest change's cursor.

        Each item whose counts changed is a change; one that does not exist takes no feedback.
        """
        counts = f"SELECT id, {COUNTS} FROM items WHERE id IN (?, ?, ?, ?)"
        existing = "(SELECT id FROM items WHERE id = ?)"
        with self._transaction() as db:
            earlier = db.execute("SELECT shown, really FROM feedback WHERE record_id = ?", (record_id,))
            touched = (shown, really, *(earlier.fetchone() or (None, None)))
            before = db.execute(counts, touched).fetchall()
            db.execute(
                f"INSERT OR REPLACE INTO feedback VALUES (?, {existing}, {existing})",
                (record_id, shown, really),
            )
            db.execute(f"{DROP_EMPTY_FEEDBACK} AND record_id = ?", (record_id,))
            changed = sorted(set(db.execute(counts, touched)).difference(before))
            return note_changes(db, [(item_id,) for item_id, *_ in changed])

    def check_write(self) -> None:
        """Write a fact that is none of the catalogue's."""
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO facts VALUES ('write-check', '')")

    def _items(self, condition: str, *values: object, points: bool = True) -> list[Item]:
        rows = self._rows(f"{ITEMS if points else ITEMS_WITHOUT_POINTS} WHERE {condition}", *values)
        return [item_of(row) for row in rows if _is_id(row[0])]

    def _facts(self, condition: str, *values: object) -> list[ItemFacts]:
        rows = self._rows(f"{ITEM_FACTS} WHERE {condition}", *values)
        return [facts_of(row) for row in rows if _is_id(row[0])]

    def _rows(self, query: str, *values: object) -> list[Any]:
        try:
            with self._lock:
                return self._connected().execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise store_error("item store", error) from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock:
                db = self._connected()
                with transaction(db):
                    yield db
        except sqlite3.Error as error:
            raise store_error("item store", error) from error


def _check_put(db: sqlite3.Connection, item: Item, expected: str) -> None:
    """Raise RevisionError if the item must not be written over the stored one."""
    current, model = _item(db, item.id), db.execute(MODEL).fetchone()
    check_revision(item.id, current, expected)
    check_vectors(item, current, model=model and model[0])


def _item(db: sqlite3.Connection, item_id: str) -> Item | None:
    row = db.execute(f"{ITEMS} WHERE id = ?", (item_id,)).fetchone()
    return row and item_of(row)


def _is_id(value: object) -> bool:
    """Whether it can be an id; nobody could name an item by another one."""
    return isinstance(value, str) and is_text(value)
