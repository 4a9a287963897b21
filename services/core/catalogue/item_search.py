"""The port of the search among items by words and details, and what it is asked."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from services.core.domain import Change, ItemFacts, is_text
from services.core.errors import InputError

MAX_FACETS = 50
_DIGITS = 8


class Sort(StrEnum):
    """The order of found items; those without a price come last."""

    NEWEST = "newest"
    OLDEST = "oldest"
    TITLE = "title"
    PRICE = "price"
    PRICE_DOWN = "-price"
    SHOWN = "shown"
    CONFUSED = "confused"


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """Which items are asked for, and in which order.

    `q`: words in any order, each of which is a part of the id, the title or a metadata value; a word that no
    item has counts as the nearest that some have. `facets`: metadata as `field:value`; of one field any of
    its values, of several fields each. Without a `sort` those with all words in the title come first, then
    by id. Raises InputError for facets without a colon, and for too many.
    """

    q: str = ""
    facets: tuple[str, ...] = ()
    sort: Sort | None = None

    def __post_init__(self) -> None:
        if len(self.facets) > MAX_FACETS:
            raise InputError(f"{len(self.facets)} facets; expected at most {MAX_FACETS}")
        for facet in self.facets:
            if ":" not in facet or not is_text(facet):
                raise InputError(f"`facet` is {facet[:60]!a}; expected field:value, such as colour:blue")

    @property
    def is_all(self) -> bool:
        """Whether it asks for all items, in the order of their ids."""
        return not (self.q.strip() or self.facets or self.sort)


@dataclass(frozen=True, slots=True)
class Found:
    """An item's id, and its place in the order: numbers and texts that rise."""

    id: str
    place: tuple[float | str, ...]


@dataclass(frozen=True, slots=True)
class FieldCounts:
    """The values of a metadata field, each with the number of items, and the number of further values."""

    field: str
    values: tuple[tuple[str, int], ...]
    more: int


class ItemSearch(Protocol):
    """Finds items by words and details: a cache of the item store, which its follower keeps in step.

    Any thread may call it; calls raise InputError for a query that can't be, UnavailableError if it fails.
    """

    def state(self) -> tuple[str | None, int]:
        """The identity of the store that it holds items of, and the cursor up to which it knows changes."""

    def begin(self, identity: str | None) -> None:
        """Forget all items, and hold those of this store from its first change on."""

    def apply(self, changes: Sequence[Change], facts: Mapping[str, ItemFacts], *, after: int) -> None:
        """Take the changes that follow the cursor `after`; nothing if others were taken meanwhile.

        `facts` has each changed item that exists and is not damaged, as it is now. An item is as new as the
        first change of its id.
        """

    def count_shown(self, shown: Mapping[str, int]) -> None:
        """Replace how often each item was shown, by id; those left out were never."""

    def find(
        self, query: ItemQuery, *, after: Sequence[float | str] | None = None, limit: int = 100
    ) -> list[Found]:
        """The next items behind a place in the order; an item that changes stays at its place, unless the
        change is of what it is sorted by."""

    def total(self, query: ItemQuery) -> int:
        """The number of items that are asked for."""

    def facets(self, query: ItemQuery, *, most: int = 20) -> list[FieldCounts]:
        """The metadata of these items by field, the field of most items first, with the commonest values.

        The counts of a field that is asked for itself are those without that wish: of what one could choose.
        """


def cursor_of(query: ItemQuery, place: Sequence[float | str]) -> str:
    """A place in a query's order as a token for the next page."""
    content = json.dumps([_name(query), *place], ensure_ascii=False)
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def place_of(query: ItemQuery, cursor: str) -> tuple[float | str, ...]:
    """Read `cursor_of`; raises InputError for the token of another query, and for none at all."""
    try:
        content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        name, *place = read = json.loads(content)
    except (ValueError, TypeError, RecursionError):
        name, place, read = "", [], None
    if not isinstance(read, list) or not all(_is_value(each) for each in place) or not place:
        raise InputError(f"`cursor` is {cursor[:40]!a}; expected `next` of the page before")
    if name != _name(query):
        raise InputError("`cursor` is of a list with other words, facets or order; begin again without it")
    return tuple(place)


def _name(query: ItemQuery) -> str:
    content = json.dumps([query.q, sorted(query.facets), query.sort])
    return hashlib.sha256(content.encode()).hexdigest()[:_DIGITS]


def _is_value(value: Any) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 2**63
    return is_number or (isinstance(value, str) and is_text(value))
