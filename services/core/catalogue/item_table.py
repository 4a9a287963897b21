"""Items as a table, which an import takes again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from services.core.csv_lines import csv_line
from services.core.domain import ItemFacts

_COLUMNS = ("id", "title", "url", "link")


def table_lines(
    items: Callable[[], Iterable[ItemFacts]], *, url: Callable[[ItemFacts], str]
) -> Iterator[str]:
    """The lines of a table with a column for each field of metadata.

    `items` is called twice, as nothing but the fields' names is held; `url` gives a picture's address.
    """
    fields = list(dict.fromkeys(name for item in items() for name in item.metadata))
    own = [each for each in fields if each not in _COLUMNS]
    yield csv_line((*_COLUMNS, *own))
    for item in items():
        yield csv_line(
            (item.id, item.title, url(item), item.link, *(item.metadata.get(each) for each in own))
        )
