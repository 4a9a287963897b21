"""The metadata of found items: labels by the texts of facets, and their counts."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterator, Sequence

from services.adapters.sqlite_search.conditions import EVERY, Condition
from services.core.catalogue.item_search import FieldCounts

_LABEL = "SELECT label FROM labels JOIN fields USING (field) WHERE name = ? AND value = ?"
# The number of a label that no item has.
_NONE = -1


def chosen_labels(db: sqlite3.Connection, facets: Sequence[str]) -> dict[str, list[int]]:
    """The labels of `field:value`, by field."""
    chosen: dict[str, list[int]] = {}
    for facet in dict.fromkeys(facets):
        for field, label in list(_meant(db, facet)) or [(facet.partition(":")[0], _NONE)]:
            chosen.setdefault(field, []).append(label)
    return chosen


def _meant(db: sqlite3.Connection, facet: str) -> Iterator[tuple[str, int]]:
    """What it may mean: a field too may hold a colon."""
    for at, letter in enumerate(facet):
        if letter == ":":
            field = facet[:at]
            yield from ((field, label) for (label,) in db.execute(_LABEL, (field, facet[at + 1 :])))


def count_labels(
    db: sqlite3.Connection, where: Condition, *, most: int, field: str | None = None
) -> dict[str, FieldCounts]:
    """The values of the items of a condition by field, or of one field; the commonest values of each."""
    among = "" if where == EVERY else f"born IN (SELECT born FROM entries WHERE {where.sql})"
    of_field = "" if field is None else "field = (SELECT field FROM fields WHERE name = ?)"
    conditions = " AND ".join(each for each in (of_field, among) if each) or "1"
    # By label alone, which is of one field: a group is a run of the index.
    sql = f"SELECT field, count(*), label FROM labelled WHERE {conditions} GROUP BY label"
    counts: dict[int, list[tuple[int, int]]] = {}
    for of, items, label in db.execute(sql, (*(() if field is None else (field,)), *where.values)):
        counts.setdefault(of, []).append((items, -label))
    names = dict(db.execute("SELECT field, name FROM fields"))
    return {names[of]: _field_counts(db, names[of], rows, most) for of, rows in counts.items()}


def _field_counts(
    db: sqlite3.Connection, name: str, rows: Sequence[tuple[int, int]], most: int
) -> FieldCounts:
    first = heapq.nlargest(most, rows)
    values = [
        (db.execute("SELECT value FROM labels WHERE label = ?", (-label,)).fetchone()[0], items)
        for items, label in first
    ]
    return FieldCounts(
        name, tuple(sorted(values, key=lambda each: (-each[1], each[0]))), len(rows) - len(first)
    )
