"""The search's reads and writes."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from services.adapters.sqlite_file import transaction
from services.adapters.sqlite_search.conditions import (
    ORDERS,
    Condition,
    all_of,
    behind,
    has_label,
    has_word,
)
from services.adapters.sqlite_search.facets import chosen_labels, count_labels
from services.adapters.sqlite_search.file import has_grams, open_search, remove
from services.adapters.sqlite_search.writing import Labels, drop_entry, put_entry
from services.core.catalogue.item_search import FieldCounts, Found, ItemQuery
from services.core.catalogue.words import Vocabulary, words_of
from services.core.domain import Change, ItemFacts
from services.core.errors import InputError, UnavailableError

# The words that each word of a query may mean.
Reading = tuple[tuple[str, ...], ...]
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_TABLES = ("births", "labelled", "labels", "fields", "vocabulary", "entries")
# Readings of queries that are kept: pages of one list ask for the same words.
_READINGS = 64


class SqliteSearch:
    """An ItemSearch in a file, or in memory without a `path`; a damaged file is made again.

    Without `with_grams`, or on a SQLite that has no trigrams, words are looked for in each entry.
    """

    def __init__(self, path: Path | None, *, with_grams: bool = True) -> None:
        self._path, self._with_grams = path, with_grams
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._grams = False
        # None after new words.
        self._vocabulary: Vocabulary | None = None
        self._readings: dict[str, Reading] = {}

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._drop()

    def state(self) -> tuple[str | None, int]:
        """The identity of the store that it holds items of, and the cursor of the newest change of it."""
        with self._use() as db:
            identity, cursor = db.execute("SELECT identity, cursor FROM held").fetchone()
            return identity, cursor

    def begin(self, identity: str | None) -> None:
        """Forget all items, and hold those of this store from now on."""
        with self._use() as db, transaction(db):
            if self._grams:
                db.execute("INSERT INTO grams (grams) VALUES ('delete-all')")
            for table in _TABLES:
                db.execute(f"DELETE FROM {table}")
            db.execute("UPDATE held SET identity = ?, cursor = 0", (identity,))
            self._forget()

    def apply(self, changes: Sequence[Change], facts: Mapping[str, ItemFacts], *, after: int) -> None:
        """Take the changes that follow the cursor `after`, all in one step."""
        first = {each.item_id: each.cursor for each in reversed(changes)}
        with self._use() as db, transaction(db):
            if not changes or db.execute("SELECT cursor FROM held").fetchone() != (after,):
                return
            is_new, labels = False, Labels()
            for item_id, cursor in sorted(first.items(), key=lambda each: each[1]):
                if item_id in facts:
                    is_new |= put_entry(db, facts[item_id], cursor=cursor, grams=self._grams, labels=labels)
                else:
                    db.execute("INSERT OR IGNORE INTO births VALUES (?, ?)", (item_id, cursor))
                    drop_entry(db, item_id, grams=self._grams)
            db.execute("UPDATE held SET cursor = ?", (changes[-1].cursor,))
            self._readings.clear()
            if is_new:
                self._vocabulary = None

    def count_shown(self, shown: Mapping[str, int]) -> None:
        """Replace how often each item was shown."""
        with self._use() as db, transaction(db):
            before = dict(db.execute("SELECT id, shown FROM counted"))
            moved = [(n, item_id) for item_id, n in shown.items() if before.get(item_id) != n]
            moved += [(0, item_id) for item_id in before.keys() - shown.keys()]
            db.executemany("INSERT OR REPLACE INTO counted (shown, id) VALUES (?, ?)", moved)
            db.execute("DELETE FROM counted WHERE shown = 0")
            db.executemany("UPDATE entries SET shown = ? WHERE id = ?", moved)

    def find(
        self, query: ItemQuery, *, after: Sequence[float | str] | None = None, limit: int = 100
    ) -> list[Found]:
        """The next items behind a place in the order."""
        with self._use() as db:
            reading = self._reading(db, query.q)
            order, order_values = _order(query, reading)
            wanted = self._wanted(db, query, reading)
            where = wanted if after is None else all_of([wanted, self._behind(order, order_values, after)])
            # Numbers are the order's columns, so that its values are bound once.
            numbers = ", ".join(str(2 + number) for number in range(len(order)))
            sql = f"SELECT id, {', '.join(order)} FROM entries WHERE {where.sql} ORDER BY {numbers} LIMIT ?"
            rows = db.execute(sql, (*order_values, *where.values, limit))
            return [Found(item_id, tuple(place)) for item_id, *place in rows]

    def total(self, query: ItemQuery) -> int:
        """The number of items that are asked for."""
        with self._use() as db:
            where = self._wanted(db, query, self._reading(db, query.q))
            sql = f"SELECT count(*) FROM entries WHERE {where.sql}"
            return int(db.execute(sql, where.values).fetchone()[0])

    def facets(self, query: ItemQuery, *, most: int = 20) -> list[FieldCounts]:
        """The metadata of these items by field, the commonest values of each."""
        with self._use() as db:
            reading = self._reading(db, query.q)
            chosen = chosen_labels(db, query.facets)
            found = count_labels(db, self._wanted(db, query, reading), most=most)
            for field in chosen:
                others = all_of([_words(reading, self._grams), *_labels(chosen, but=field)])
                found |= count_labels(db, others, most=most, field=field)
        return sorted(found.values(), key=lambda each: (-sum(n for _, n in each.values), each.field))

    def _wanted(self, db: sqlite3.Connection, query: ItemQuery, reading: Reading) -> Condition:
        return all_of([_words(reading, self._grams), *_labels(chosen_labels(db, query.facets))])

    def _reading(self, db: sqlite3.Connection, q: str) -> Reading:
        """What the words of a query mean: as they are if an item has all of them, else those near them."""
        if q in self._readings:
            return self._readings[q]
        words = words_of(q)
        reading: Reading = tuple((word,) for word in words)
        if words and not self._has(db, reading):
            vocabulary = self._words_of_all(db)
            near = [tuple(vocabulary.near(word)) for word in words]
            known = [self._has(db, ((word,),)) for word in words]
            reading = tuple(
                (word,) if is_known else other
                for word, other, is_known in zip(words, near, known, strict=True)
            )
            if all(known) or not self._has(db, reading):
                reading = tuple(
                    tuple(dict.fromkeys([*([word] if is_known else []), *other]))
                    for word, other, is_known in zip(words, near, known, strict=True)
                )
        if len(self._readings) >= _READINGS:
            self._readings.clear()
        self._readings[q] = reading
        return reading

    def _has(self, db: sqlite3.Connection, reading: Reading) -> bool:
        where = _words(reading, self._grams)
        return (
            db.execute(f"SELECT 1 FROM entries WHERE {where.sql} LIMIT 1", where.values).fetchone()
            is not None
        )

    def _words_of_all(self, db: sqlite3.Connection) -> Vocabulary:
        if self._vocabulary is None:
            self._vocabulary = Vocabulary(word for (word,) in db.execute("SELECT word FROM vocabulary"))
        return self._vocabulary

    def _forget(self) -> None:
        self._vocabulary, self._readings = None, {}

    @contextmanager
    def _use(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._lock:
                if self._db is None:
                    self._db = open_search(self._path, with_grams=self._with_grams)
                    self._grams = has_grams(self._db)
                try:
                    yield self._db
                except sqlite3.DatabaseError as error:
                    if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED and self._path is not None:
                        self._drop()
                        remove(self._path)
                    raise
        except (sqlite3.Error, OSError) as error:
            raise UnavailableError(f"search among the items: {error}") from error

    def _drop(self) -> None:
        if self._db is not None:
            with contextlib.suppress(sqlite3.Error):
                self._db.close()
        self._db = None
        self._forget()

    @staticmethod
    def _behind(order: Sequence[str], values: Sequence[object], after: Sequence[float | str]) -> Condition:
        if len(after) != len(order):
            raise InputError("`cursor` is of a list in another order; begin again without it")
        where = behind(order, after)
        return Condition(where.sql, (*values, *where.values))


def _order(query: ItemQuery, reading: Reading) -> tuple[tuple[str, ...], tuple[object, ...]]:
    """The columns of an order, and the values of their question marks."""
    if query.sort is not None:
        return ORDERS[query.sort], ()
    if not reading:
        return ("id",), ()
    title = all_of(has_word(meant, column="title") for meant in reading)
    return (f"NOT ({title.sql})", "id"), title.values


def _words(reading: Reading, grams: bool) -> Condition:
    return all_of(has_word(meant, grams=grams) for meant in reading)


def _labels(chosen: Mapping[str, Sequence[int]], *, but: str | None = None) -> list[Condition]:
    return [has_label(labels) for field, labels in chosen.items() if field != but]
