"""Conversion between items and their rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from services.adapters.dynamodb_items.calls import TRANSACTION
from services.adapters.dynamodb_items.layout import ITEMS, Row, id_of, int_of, key, text_of, texts
from services.adapters.dynamodb_items.vector_rows import Place, places, places_of
from services.core.domain import Item, ItemFacts
from services.core.errors import InputError

# A row may have 400 KB, with its key and names.
_TEXT_BYTES = 350_000
# Beside the items' rows a transaction writes the head and the changes, all of it 4 MB at most.
ITEMS_AT_ONCE, _BYTES_AT_ONCE = TRANSACTION - 2, 3_000_000
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
    if (size := _size_of(row)) > _TEXT_BYTES:
        raise InputError(
            f"item {item.id!r} has {size:,} bytes of texts; expected at most {_TEXT_BYTES:,}, which is "
            "what DynamoDB keeps of one"
        )
    return row


def _size_of(row: Row) -> int:
    """The approximate size of a row in bytes, for the limits."""
    return len(json.dumps(row, ensure_ascii=False).encode())


def facts_of(row: Row, *, model: str, views: int) -> ItemFacts:
    """The facts of a row, `views` being the number of its vectors of one model."""
    picture, *more = pictures_of(row)
    return ItemFacts(
        id=id_of(row),
        title=row["title"]["S"],
        picture=picture,
        model=model,
        views=views,
        link=text_of(row, "link"),
        metadata=json.loads(row["metadata"]["S"]),
        right=int_of(row, "right"),
        wrong=int_of(row, "wrong"),
        more_pictures=tuple(more),
    )


def item_of(row: Row, *, model: str, content: bytes) -> Item:
    """The item of a row with its vectors of one model."""
    place = places_of(row)[model]
    vectors, probes = place.vectors(content)
    facts = facts_of(row, model=model, views=len(vectors))
    return Item(
        id=facts.id,
        title=facts.title,
        picture=facts.picture,
        model=model,
        vectors=vectors,
        link=facts.link,
        metadata=facts.metadata,
        right=facts.right,
        wrong=facts.wrong,
        probes=probes,
        more_pictures=facts.more_pictures,
        recipe=place.recipe,
    )


def pictures_of(row: Row) -> tuple[str, ...]:
    """The keys of an item row's pictures."""
    return tuple(each["S"] for each in row["pictures"]["L"])


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


def chunks(laid: Iterable[Laid]) -> Iterator[list[Laid]]:
    """Chunks that each fit into one transaction."""
    chunk: list[Laid] = []
    size = 0
    for each in laid:
        size += _size_of(each[2])
        if chunk and (len(chunk) == ITEMS_AT_ONCE or size > _BYTES_AT_ONCE):
            yield chunk
            chunk, size = [], _size_of(each[2])
        chunk.append(each)
    if chunk:
        yield chunk
