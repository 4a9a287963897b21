"""Conversion between items and the rows of the tables."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from services.core.catalogue.stored_values import StoredValues, packed_points, points_of
from services.core.domain import Item, ItemFacts, ItemWords, searched_text
from services.core.revision import content_revision

# The numbers of confirmations and of wrong matches of an item.
COUNTS = """
    (SELECT count(*) FROM feedback WHERE really = items.id),
    (SELECT count(*) FROM feedback WHERE shown = items.id AND really IS NOT items.id)
"""
# Items with the vectors of the catalogue's model, or of another if it has none of these. One that has none at
# all is damaged.
MODEL = "SELECT value FROM facts WHERE name = 'model'"
_FACTS = f"items.id, title, link, metadata, picture, more_pictures, taught, model, dim, {COUNTS}"
_FROM = f"""
FROM items LEFT JOIN vectors ON vectors.item_id = items.id AND vectors.model = coalesce(
    (SELECT model FROM vectors AS own WHERE own.item_id = items.id AND model = ({MODEL})),
    (SELECT min(model) FROM vectors AS own WHERE own.item_id = items.id)
)
"""
ITEMS = f"SELECT {_FACTS}, recipe, vectors.vectors, points {_FROM}"
ITEMS_WITHOUT_POINTS = f"SELECT {_FACTS}, recipe, vectors.vectors, x'' {_FROM}"
POINTS = f"SELECT items.id, more_pictures, points {_FROM}"
# SQLite reads no more than the row's header to know a blob's length.
ITEM_FACTS = f"SELECT {_FACTS}, length(vectors.vectors) {_FROM}"
# Columns are named, because a table of version 2 has the recipe at its end.
PUT_ITEM = (
    "INSERT OR REPLACE INTO items (id, title, link, metadata, picture, more_pictures, taught, searched)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
PUT_VECTORS = (
    "INSERT OR REPLACE INTO vectors (item_id, model, dim, recipe, vectors, points) VALUES (?, ?, ?, ?, ?, ?)"
)
PUT_WORDS = "UPDATE items SET title = ?, link = ?, metadata = ?, searched = ? WHERE id = ?"
# What revisions are made of.
REVISIONS = "SELECT id, title, link, metadata, picture, more_pictures FROM items"
# The values of a row, which may be of any type if it is damaged.
_Row = Sequence[Any]


def item_row(item: Item) -> tuple[str | None, ...]:
    """A row of `items`, in the order of PUT_ITEM."""
    metadata = json.dumps(dict(item.metadata), ensure_ascii=False)
    more = json.dumps(item.more_pictures)
    taught = json.dumps(item.taught)
    return (item.id, item.title, item.link, metadata, item.picture, more, taught, item.searched_text)


def words_row(words: ItemWords) -> tuple[str | None, ...]:
    """The values of PUT_WORDS."""
    metadata = json.dumps(dict(words.metadata), ensure_ascii=False)
    searched = searched_text(words.id, words.title, words.metadata)
    return (words.title, words.link, metadata, searched, words.id)


def with_ids(item_ids: Collection[str]) -> str:
    """The condition that an item has one of these ids."""
    return f"id IN ({','.join('?' * len(item_ids))})"


def vectors_row(item: Item) -> tuple[str, str, int, int, bytes, bytes]:
    """A row of `vectors`, in the order of PUT_VECTORS."""
    dim = item.vectors.shape[1]
    vectors = item.vectors.astype("<f2").tobytes()
    return (item.id, item.model, dim, item.recipe, vectors, packed_points(item.points))


def item_of(row: _Row) -> Item:
    """The item of a row of ITEMS."""
    *facts_row, recipe, content, points = row
    values = StoredValues()
    facts, dim = _facts(facts_row, values)
    if facts.model:
        recipe = values.number("recipe", recipe, at_least=1)
    vectors = values.vectors("vectors", content, dim, at_least=1)
    return Item.of(
        replace(facts, damage=values.damage),
        vectors=vectors,
        recipe=recipe or 1,
        points=points_of(points, len(facts.pictures)),
    )


def facts_of(row: _Row) -> ItemFacts:
    """The facts of a row of ITEM_FACTS."""
    *facts_row, size = row
    values = StoredValues()
    facts, dim = _facts(facts_row, values)
    views = values.views("vectors", size, dim, at_least=1)
    return replace(facts, views=views, damage=values.damage)


def revision_of_row(row: _Row) -> str:
    """The revision of the item of a row of REVISIONS, also of a damaged one."""
    _, title, link, metadata, picture, more = row
    values = StoredValues()
    return content_revision(
        title=values.text("title", title),
        link=values.link(link),
        metadata=values.metadata(metadata),
        pictures=(values.text("picture", picture), *values.keys(more)),
    )


def item_points(row: _Row) -> tuple[bytes, ...]:
    """The local features of a row of POINTS."""
    _, more, content = row
    return points_of(content, 1 + len(StoredValues().keys(more)))


def _facts(row: _Row, values: StoredValues) -> tuple[ItemFacts, int]:
    """The facts but for `views` and `damage`, and the dimension of the vectors."""
    item_id, title, link, metadata, picture, more, taught, model, dim, right, wrong = row
    facts = ItemFacts(
        id=item_id,
        title=values.text("title", title),
        picture=values.text("picture", picture),
        model=values.text("model", model),
        views=0,
        link=values.link(link),
        metadata=values.metadata(metadata),
        right=right,
        wrong=wrong,
        more_pictures=values.keys(more),
        taught=values.keys(taught),
    )
    return facts, values.number("dimension", dim, at_least=1)
