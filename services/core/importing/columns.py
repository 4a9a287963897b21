"""The columns of a table that hold an item's fields, by their names or by a person's choice."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.core.errors import InputError
from services.core.importing.column_names import (
    CATEGORIES,
    CURRENCIES,
    IDS,
    LINKS,
    PRICES,
    TITLES,
    column_name,
    first_known,
    is_further,
    is_picture,
    plain_name,
    system_of,
)
from services.core.importing.mapping import FIELDS, Given, write_map

# Fields that are metadata under a name of ours.
_DETAILS = {"price": PRICES, "currency": CURRENCIES, "category": CATEGORIES}


class ColumnsError(InputError):
    """A table whose columns are not known: their `names` as it writes them, and its first `samples`.

    `columns` are those that are known, by field.
    """

    def __init__(
        self,
        text: str,
        names: Sequence[str],
        samples: Sequence[Mapping[str, str]],
        columns: Mapping[str, Sequence[str]],
    ) -> None:
        super().__init__(text)
        self.names, self.samples, self.columns = names, samples, columns


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns taken, in small letters.

    Of `main` the first that a row fills has its shown picture, `more` have further ones. `details` are the
    columns of price, currency and category. `foreign` is whether the names are others than our own; `system`
    is the shop system that writes such a table.
    """

    title: str
    main: tuple[str, ...]
    more: tuple[str, ...] = ()
    id: str = ""
    link: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    foreign: bool = False
    system: str = ""

    @property
    def taken(self) -> frozenset[str]:
        """The columns that are not metadata."""
        return frozenset((self.title, *self.main, *self.more, self.id, self.link, *self.skipped))

    def details_of(self, column: str) -> list[str]:
        """The names under which a column is metadata."""
        named = [name for name, taken in self.details.items() if taken == column]
        if named or column in self.taken:
            return named
        # Its own name may be another column's now.
        return [f"{column} 2" if self.details.get(column) else column]

    def by_field(self, names: Sequence[str]) -> dict[str, list[str]]:
        """The columns of each field, by the names that the table writes."""
        written = {column_name(name): name for name in reversed(names)}
        found = {
            "title": (self.title,),
            "image": (*self.main, *self.more),
            "id": (self.id,),
            "link": (self.link,),
            **{name: (self.details.get(name, ""),) for name in _DETAILS},
            "skip": self.skipped,
        }
        return {name: [written[each] for each in found[name] if each in written] for name in FIELDS}

    def told(self, names: Sequence[str]) -> str:
        """The mapping in the form of `--map`, without the columns left out."""
        found = self.by_field(names)
        return write_map({name: columns for name, columns in found.items() if name != "skip"})


OWN = Columns(title="title", main=("image", "url"), id="id", link="link")


def choose_columns(names: Sequence[str], given: Given) -> Columns | None:
    """The columns to take of a table with these names; None if it has no title or no picture.

    `given` are a person's own choices; raises InputError for one that is not there.
    """
    found = known_columns(names, given)
    return found if found.title and found.main else None


def known_columns(names: Sequence[str], given: Given) -> Columns:
    """The columns that are known, be it enough for an item or not."""
    for column in (column for columns in given.values() for column in columns):
        if column not in names:
            near = difflib.get_close_matches(column, names, 1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            raise InputError(f"there is no column {column[:60]!r}{hint}; it has {', '.join(names)[:200]}")
    found = _own(names) or _guessed(names)
    return _as_given(found, given) if given else found


def _own(names: Sequence[str]) -> Columns | None:
    if "title" not in names or not {"image", "url"} & set(names):
        return None
    more = tuple(name for name in names if is_picture(name) and is_further(name))
    return replace(OWN, more=more, details={name: name for name in _DETAILS if name in names})


def _guessed(names: Sequence[str]) -> Columns:
    """What the names say."""
    system = system_of(names)
    pictures = sorted(filter(is_picture, names), key=is_further)
    known = _DETAILS | ({"category": system.category} if system and system.category else {})
    details = {name: first_known(names, columns) for name, columns in known.items()}
    found = Columns(
        first_known(names, TITLES),
        tuple(pictures[:1]),
        tuple(pictures[1:]),
        first_known(names, IDS),
        first_known(names, LINKS),
        {name: column for name, column in details.items() if column},
        foreign=True,
        system=system.name if system else "",
    )
    taken = {*found.taken, *found.details.values()}
    if system is None:
        return found
    skipped = (name for name in names if name not in taken and system.skipped.fullmatch(plain_name(name)))
    return replace(found, skipped=tuple(skipped))


def _as_given(found: Columns, given: Given) -> Columns:
    """The columns that a person chose, and the others as they are found."""
    chosen = {column for name, columns in given.items() if name != "skip" for column in columns}

    def one(name: str, was: str) -> str:
        if name in given:
            return (*given[name], "")[0]
        return "" if was in chosen and name not in ("title", "id") else was

    pictures = given.get("image", (*found.main, *found.more))
    main = pictures[:1] if "image" in given else found.main
    details = {name: one(name, found.details.get(name, "")) for name in _DETAILS}
    return replace(
        found,
        title=one("title", found.title),
        main=main,
        more=pictures[len(main) :],
        id=one("id", found.id),
        link=one("link", found.link),
        details={name: column for name, column in details.items() if column},
        skipped=tuple(name for name in given.get("skip", found.skipped) if name not in chosen),
        foreign=True,
    )
