"""Conditions and orders of a query in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.core.catalogue.item_search import Sort

# Columns that rise, by which items come in an order; the last one is of one item alone.
ORDERS: Mapping[Sort, tuple[str, ...]] = {
    Sort.NEWEST: ("-born",),
    Sort.OLDEST: ("born",),
    Sort.TITLE: ("title_start", "born"),
    Sort.PRICE: ("price IS NULL", "coalesce(price, 0)", "-born"),
    Sort.PRICE_DOWN: ("price IS NULL", "-coalesce(price, 0)", "-born"),
    Sort.SHOWN: ("-shown", "-born"),
    Sort.CONFUSED: ("-wrong", "-shown", "-born"),
}
_GRAM = 3


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a row of `entries`, with the values of its question marks."""

    sql: str
    values: tuple[object, ...] = ()


EVERY = Condition("1")


def all_of(conditions: Iterable[Condition]) -> Condition:
    """All of these."""
    given = [each for each in conditions if each != EVERY]
    if not given:
        return EVERY
    return Condition(
        " AND ".join(f"({each.sql})" for each in given), tuple(v for each in given for v in each.values)
    )


def has_word(meant: Sequence[str], *, column: str = "words", grams: bool = False) -> Condition:
    """Whether a text holds one of the words that a word may mean; with `grams` found by their index first."""
    if not meant:
        return Condition("0")
    held = Condition(" OR ".join(f"instr({column}, ?)" for _ in meant), tuple(meant))
    if not grams or min(map(len, meant)) < _GRAM:
        return held
    parts = " OR ".join(f"({_grams(word)})" for word in meant)
    near = Condition("born IN (SELECT rowid FROM grams WHERE grams MATCH ?)", (parts,))
    return all_of([near, held])


def has_label(labels: Sequence[int]) -> Condition:
    """Whether an item has one of these labels, given by their numbers."""
    marks = ",".join("?" * len(labels))
    return Condition(f"born IN (SELECT born FROM labelled WHERE label IN ({marks}))", tuple(labels))


def behind(order: Sequence[str], place: Sequence[float | str]) -> Condition:
    """Whether a row comes behind a place in the order."""
    marks = ", ".join("?" * len(place))
    return Condition(f"({', '.join(order)}) > ({marks})", tuple(place))


def _grams(word: str) -> str:
    """All parts of three letters, quoted: whatever a word holds is no operator of FTS5."""
    parts = dict.fromkeys(word[at : at + _GRAM] for at in range(len(word) - _GRAM + 1))
    return " AND ".join('"' + part.replace('"', '""') + '"' for part in parts)
