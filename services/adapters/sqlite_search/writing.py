"""Writing of entries; each function is a part of its caller's transaction."""

from __future__ import annotations

import sqlite3

from services.core.catalogue.price import price_number
from services.core.catalogue.words import vocabulary_of, word_key
from services.core.domain import ItemFacts

# Letters by which titles are sorted: what a page's cursor holds of one.
_START = 60
# Longer values are descriptions, of which nobody chooses one.
_MOST_LETTERS = 200


# The numbers of fields and values by their texts, as far as they are known.
Labels = dict[tuple[str, str], tuple[int, int]]


def put_entry(db: sqlite3.Connection, facts: ItemFacts, *, cursor: int, grams: bool, labels: Labels) -> bool:
    """Write an item's entry in place of an older one; whether it brought words that nobody had.

    `labels` are those that its transaction has met.
    """
    found = db.execute("SELECT born FROM births WHERE id = ?", (facts.id,)).fetchone()
    born = found[0] if found else cursor
    if found is None:
        db.execute("INSERT INTO births VALUES (?, ?)", (facts.id, born))
    else:
        drop_entry(db, facts.id, grams=grams)
    title = word_key(facts.title)
    words = "\x1f".join([word_key(facts.id), title, *map(word_key, facts.metadata.values())])
    row = (born, facts.id, title, title[:_START], words, price_number(facts.metadata), facts.wrong)
    shown = "coalesce((SELECT shown FROM counted WHERE counted.id = ?2), 0)"
    db.execute(f"INSERT INTO entries VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, {shown})", row)
    if grams:
        db.execute("INSERT INTO grams (rowid, words) VALUES (?, ?)", (born, words))
    own = [
        (born, *_label(db, name, value, labels))
        for name, value in facts.metadata.items()
        if len(value) <= _MOST_LETTERS
    ]
    db.executemany("INSERT INTO labelled VALUES (?, ?, ?)", own)
    before = db.total_changes
    new = [(word,) for word in vocabulary_of(words)]
    db.executemany("INSERT OR IGNORE INTO vocabulary VALUES (?)", new)
    return db.total_changes > before


def drop_entry(db: sqlite3.Connection, item_id: str, *, grams: bool) -> None:
    """Remove an item's entry, if it has one."""
    found = db.execute("SELECT born, words FROM entries WHERE id = ?", (item_id,)).fetchone()
    if found is None:
        return
    if grams:
        # FTS5 has no copy of the text, and must be told what it was.
        db.execute("INSERT INTO grams (grams, rowid, words) VALUES ('delete', ?, ?)", found)
    db.execute("DELETE FROM labelled WHERE born = ?", found[:1])
    db.execute("DELETE FROM entries WHERE born = ?", found[:1])


def _label(db: sqlite3.Connection, name: str, value: str, labels: Labels) -> tuple[int, int]:
    """The numbers of a field and of one of its values, which are written first if they are new."""
    if (known := labels.get((name, value))) is not None:
        return known
    db.execute("INSERT OR IGNORE INTO fields (name) VALUES (?)", (name,))
    (field,) = db.execute("SELECT field FROM fields WHERE name = ?", (name,)).fetchone()
    db.execute("INSERT OR IGNORE INTO labels (field, value) VALUES (?, ?)", (field, value))
    (label,) = db.execute("SELECT label FROM labels WHERE field = ? AND value = ?", (field, value)).fetchone()
    labels[name, value] = field, label
    return field, label
