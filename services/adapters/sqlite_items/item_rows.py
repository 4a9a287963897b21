"""Conversion between items and the rows of the tables."""

from __future__ import annotations

import json

import numpy as np

from common.wire import Vectors
from services.core.domain import Item, ItemFacts

# The numbers of confirmations and of wrong matches of an item.
COUNTS = """
    (SELECT count(*) FROM feedback WHERE really = items.id),
    (SELECT count(*) FROM feedback WHERE shown = items.id AND really IS NOT items.id)
"""
# Items with the vectors of the catalogue's model, or of another if it has none of these.
MODEL = "SELECT value FROM facts WHERE name = 'model'"
_FACTS = f"items.id, title, link, metadata, picture, more_pictures, model, dim, {COUNTS}"
_FROM = f"""
FROM items JOIN vectors ON vectors.item_id = items.id AND vectors.model = coalesce(
    (SELECT model FROM vectors AS own WHERE own.item_id = items.id AND model = ({MODEL})),
    (SELECT min(model) FROM vectors AS own WHERE own.item_id = items.id)
)
"""
ITEMS = f"SELECT {_FACTS}, recipe, vectors.vectors, probes {_FROM}"
# SQLite reads no more than the row's header to know a blob's length.
ITEM_FACTS = f"SELECT {_FACTS}, length(vectors.vectors) {_FROM}"
# Columns are named, because a table of version 2 has the recipe at its end.
PUT_VECTORS = (
    "INSERT OR REPLACE INTO vectors (item_id, model, dim, recipe, vectors, probes) VALUES (?, ?, ?, ?, ?, ?)"
)
_FactsRow = tuple[str, str, str | None, str, str, str, str, int, int, int, int]
_Row = tuple[str, str, str | None, str, str, str, str, int, int, int, int, bytes, bytes]


def item_row(item: Item) -> tuple[str | None, ...]:
    """A row of `items`."""
    metadata = json.dumps(dict(item.metadata), ensure_ascii=False)
    more = json.dumps(item.more_pictures)
    return (item.id, item.title, item.link, metadata, item.picture, more, item.searched_text)


def vectors_row(item: Item) -> tuple[str, str, int, int, bytes, bytes]:
    """A row of `vectors`, in the order of PUT_VECTORS."""
    dim = item.vectors.shape[1]
    return (item.id, item.model, dim, item.recipe, _blob(item.vectors), _blob(item.probes))


def item_of(row: _Row) -> Item:
    """The item of a row of ITEMS."""
    item_id, title, link, metadata, picture, more, model, dim, right, wrong, recipe, vectors, probes = row
    return Item(
        id=item_id,
        title=title,
        picture=picture,
        model=model,
        vectors=_vectors(vectors, dim),
        link=link,
        metadata=json.loads(metadata),
        right=right,
        wrong=wrong,
        probes=_vectors(probes, dim),
        more_pictures=tuple(json.loads(more)),
        recipe=recipe,
    )


def facts_of(row: _FactsRow) -> ItemFacts:
    """The facts of a row of ITEM_FACTS."""
    item_id, title, link, metadata, picture, more, model, dim, right, wrong, vectors_bytes = row
    return ItemFacts(
        id=item_id,
        title=title,
        picture=picture,
        model=model,
        views=vectors_bytes // (2 * dim),
        link=link,
        metadata=json.loads(metadata),
        right=right,
        wrong=wrong,
        more_pictures=tuple(json.loads(more)),
    )


def _blob(vectors: Vectors) -> bytes:
    return vectors.astype("<f2").tobytes()


def _vectors(blob: bytes, dim: int) -> Vectors:
    return np.frombuffer(blob, "<f2").astype(np.float32).reshape(-1, dim)
