"""Sizes of rows in DynamoDB and the units that they cost, by the rules that AWS publishes."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable

import numpy as np

from services.adapters.dynamodb_items.commit import Head
from services.adapters.dynamodb_items.item_rows import item_row
from services.adapters.dynamodb_items.layout import CHANGES, Row, key, number, number_key, texts
from services.adapters.dynamodb_items.vector_rows import Place
from services.core.catalogue.views import VIEWS
from services.core.domain import MAX_POINTS_BYTES, Item

READ_UNIT_BYTES, WRITE_UNIT_BYTES = 4096, 1024
# The length of a vector of `balanced`, and the local features of a usual picture in bytes.
DIM, POINTS_BYTES = 512, 11_000


def size_of(value: Row) -> int:
    """The bytes of a row's attributes, their names included."""
    return sum(len(name.encode()) + _value_bytes(each) for name, each in value.items())


def _value_bytes(value: Row) -> int:
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "B":
        return len(content)
    if kind == "N":
        return 1 + math.ceil(len(content.strip("-0.")) / 2)
    if kind == "L":
        return 3 + sum(1 + _value_bytes(each) for each in content)
    if kind == "M":
        return 3 + sum(1 + len(name.encode()) + _value_bytes(each) for name, each in content.items())
    raise ValueError(f"an attribute of type {kind}: {json.dumps(content)[:40]}")


def read_units(row_bytes: int) -> int:
    """The units of a strongly consistent read: at least one, also if nothing is found."""
    return max(1, math.ceil(row_bytes / READ_UNIT_BYTES))


def write_units(row_bytes: int, *, in_transaction: bool = False) -> int:
    """The units of writing or deleting a row."""
    return max(1, math.ceil(row_bytes / WRITE_UNIT_BYTES)) * (2 if in_transaction else 1)


def usual_item() -> Item:
    """An item of one picture."""
    assert POINTS_BYTES <= MAX_POINTS_BYTES
    return Item(
        "sku-10042",
        "Stoneware mug, blue, 350 ml",
        "0" * 64 + ".jpg",
        "0123456789ab",
        np.full((VIEWS, DIM), DIM**-0.5, np.float32),
        link="https://shop.example/kitchen/mugs/stoneware-blue-350",
        metadata={"price": "14.90", "material": "stoneware", "colour": "blue"},
        points=(bytes(POINTS_BYTES),),
    )


def usual_rows() -> dict[str, list[int]]:
    """The bytes of the rows of a usual item, by their kind, made by the store's own code."""
    item = usual_item()
    place = Place.new(item)
    counts = {"right": number(0), "wrong": number(0), "born": number(1)}
    content = place.rows(item)
    head = Head(10_000, 10_000, 10_000, item.model)
    change = key(CHANGES, number_key(10_000)) | {"ids": texts([item.id])}
    return {
        "head": [size_of(head.put(over=head)["Put"]["Item"])],
        "item": [size_of(item_row(item, place) | counts)],
        "vectors": _sizes(content[: place.parts]),
        "local features": _sizes(content[place.parts :]),
        "change": [size_of(change)],
    }


def _sizes(rows: Iterable[Row]) -> list[int]:
    return [size_of(row) for row in rows]
