"""Conversion between items and their rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from services.adapters.dynamodb_items.calls import TRANSACTION
from services.adapters.dynamodb_items.layout import ITEMS, Row, id_of, int_of, key, text_of, texts
from services.adapters.dynamodb_items.vector_rows import Place, places, places_of
from services.core.catalogue.stored_values import StoredValues, points_of
from services.core.domain import Item, ItemFacts, ItemWords, searched_text
from services.core.errors import InputError

# A row may have 400 KB, with its key and names.
_TEXT_BYTES = 350_000
# Beside the items' rows a transaction writes the head and the changes, all of it 4 MB at most.
ITEMS_AT_ONCE, _BYTES_AT_ONCE = TRANSACTION - 2, 3_000_000
T = TypeVar("T")
# An item to be put, the place of its vectors, and its row.
Laid = tuple[Item, Place, Row]


def item_row(item: Item, place: Place) -> Row:
    """An item's row without what is known only when it is written: `born`, `right` and `wrong`."""
    row = key(ITEMS, item.id) | {
        "title": {"S": item.title},
        "metadata": {"S": json.dumps(dict(item.metadata), ensure_ascii=False)},
        "pictures": texts(item.pictures),
        "searched": {"S": item.searched_text},
        "places": places({item.model: place}),
    }
    if item.link is not None:
        row["link"] = {"S": item.link}
    if item.taught:
        row["taught"] = texts(item.taught)
    _check_size(item.id, row)
    return row


def words_of(words: ItemWords) -> Row:
    """The attributes of an item's row that are its words; raises InputError as `item_row` does."""
    row = {
        "title": {"S": words.title},
        "metadata": {"S": json.dumps(dict(words.metadata), ensure_ascii=False)},
        "searched": {"S": searched_text(words.id, words.title, words.metadata)},
        "link": {"NULL": True} if words.link is None else {"S": words.link},
    }
    _check_size(words.id, row)
    return row


def _check_size(item_id: str, row: Row) -> None:
    if (size := _size_of(row)) > _TEXT_BYTES:
        raise InputError(
            f"item {item_id!r} has {size:,} bytes of texts; expected at most {_TEXT_BYTES:,}, which is "
            "what DynamoDB keeps of one"
        )


def _size_of(row: Row) -> int:
    """The approximate size of a row in bytes, for the limits."""
    return len(json.dumps(row, ensure_ascii=False).encode())


def facts_of(row: Row, *, model: str | None) -> ItemFacts:
    """The facts of a row; `views` counts its vectors of `model`, or of another if it has none of these."""
    values = StoredValues()
    facts = _facts(row, values, chosen(row, model))
    return replace(facts, damage=values.damage)


def item_of(row: Row, *, model: str | None, content: bytes | None, points: bytes = b"") -> Item:
    """The item of a row and of what its vectors' rows hold, None if they are gone, and its points' rows."""
    values = StoredValues()
    found = chosen(row, model)
    facts = _facts(row, values, found)
    vectors = np.empty((0, 1), np.float32)
    place = found[1] if found else None
    if place is not None and content is None:
        values.note("its vectors are gone")
    elif place is not None:
        end = 2 * place.dim * place.views  # older rows hold what nothing uses any more behind it
        vectors = values.vectors("vectors", (content or b"")[:end], place.dim, at_least=place.views)
    recipe = place.recipe if place else 1
    return Item.of(
        replace(facts, damage=values.damage),
        vectors=vectors,
        recipe=recipe,
        points=points_of(points, len(facts.pictures)),
    )


def chosen(row: Row, model: str | None) -> tuple[str, Place] | None:
    """The model and the place of the vectors that the row's item is given with, None if it has none."""
    kept = places_of(row)
    name = model if model in kept else min(kept, default=None)
    return None if name is None else (name, kept[name])


def _facts(row: Row, values: StoredValues, found: tuple[str, Place] | None) -> ItemFacts:
    """The facts but for `damage`."""
    if found is None:
        values.note("it has no vectors")
    pictures = pictures_of(row)
    if not pictures:
        values.note("it has no picture")
    picture, *more = pictures or ("",)
    return ItemFacts(
        id=id_of(row),
        title=values.text("title", text_of(row, "title")),
        picture=picture,
        model=found[0] if found else "",
        views=found[1].views if found else 0,
        link=text_of(row, "link"),
        metadata=values.metadata(text_of(row, "metadata")),
        right=int_of(row, "right"),
        wrong=int_of(row, "wrong"),
        more_pictures=tuple(more),
        taught=_keys(row, "taught"),
    )


def pictures_of(row: Row) -> tuple[str, ...]:
    """The keys of an item row's pictures, without what is no text."""
    return _keys(row, "pictures")


def _keys(row: Row, name: str) -> tuple[str, ...]:
    listed = row.get(name, {}).get("L", [])
    return tuple(each["S"] for each in listed if "S" in each)


def update(row: Row, **attributes: dict[str, Any]) -> dict[str, Any]:
    """The write of a transaction that sets attributes of a row, which the writer has read."""
    return {
        "Update": {
            "Key": {"pk": row["pk"], "sk": row["sk"]},
            "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
            "ExpressionAttributeNames": {f"#{name}": name for name in attributes},
            "ExpressionAttributeValues": {f":{name}": value for name, value in attributes.items()},
        }
    }


def chunks(things: Iterable[T], row_of: Callable[[T], Row]) -> Iterator[list[T]]:
    """Chunks of things whose rows fit into one transaction each."""
    chunk: list[T] = []
    size = 0
    for each in things:
        row_bytes = _size_of(row_of(each))
        size += row_bytes
        if chunk and (len(chunk) == ITEMS_AT_ONCE or size > _BYTES_AT_ONCE):
            yield chunk
            chunk, size = [], row_bytes
        chunk.append(each)
    if chunk:
        yield chunk
