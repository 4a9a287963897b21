"""The rows of items' vectors and local features; an item's own row has no room for many."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.adapters.dynamodb_items.layout import VECTORS, Row, id_of, int_of, key, number, text_of
from services.core.catalogue.stored_values import packed_points
from services.core.domain import Item

# A row may have 400 KB, with its key and names.
_PART_BYTES = 350_000
# More than any item has of parts, numbers of a vector, or views; a larger number is damage.
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an item's vectors of one model: `parts` rows of one version, never written to again.

    `point_parts` further rows hold the local features of its pictures. `recipe` is that of the views.
    """

    version: str
    parts: int
    dim: int
    views: int
    recipe: int
    point_parts: int = 0

    @classmethod
    def new(cls, item: Item) -> Place:
        """A new, empty place for the item's vectors."""
        size = 2 * item.vectors.size
        return cls(
            version=uuid.uuid4().hex,
            parts=max(1, math.ceil(size / _PART_BYTES)),
            dim=item.vectors.shape[1],
            views=len(item.vectors),
            recipe=item.recipe,
            point_parts=math.ceil(len(packed_points(item.points)) / _PART_BYTES),
        )

    def rows(self, item: Item) -> list[Row]:
        """The rows to be written there."""
        content = item.vectors.astype("<f2").tobytes()
        parts = [*_cut(content, self.parts), *_cut(packed_points(item.points), self.point_parts)]
        return [k | {"content": {"B": part}} for k, part in zip(self.keys(item.id), parts, strict=True)]

    def keys(self, item_id: str, *, vectors: bool = True, points: bool = True) -> list[Row]:
        """The keys of its rows, in their order: those of the vectors, and then those of the points."""
        numbers = [f"{part:04}" for part in range(self.parts * vectors)]
        numbers += [f"points-{part:04}" for part in range(self.point_parts * points)]
        return [key(VECTORS + item_id, f"{self.version}/{number}") for number in numbers]


def _cut(content: bytes, parts: int) -> list[bytes]:
    return [content[_PART_BYTES * part :][:_PART_BYTES] for part in range(parts)]


def places_of(row: Row) -> dict[str, Place]:
    """An item row's places by model, without damaged ones."""
    listed = row.get("places", {}).get("M", {})
    found = {model: _place(at.get("M", {})) for model, at in listed.items()}
    return {model: place for model, place in found.items() if place is not None}


def _place(at: Row) -> Place | None:
    parts, dim, views = (int_of(at, name) for name in ("parts", "dim", "views"))
    if min(parts, dim, views) < 1 or max(parts, dim, views) > _MOST:
        return None
    recipe = int_of(at, "recipe") or 1  # recipe 1 had no number
    point_parts = int_of(at, "point_parts")  # an older row has none
    if not 0 <= point_parts <= _MOST:
        return None
    return Place(str(text_of(at, "version")), parts, dim, views, recipe, point_parts)


def places(by_model: Mapping[str, Place]) -> dict[str, Any]:
    """The attribute `places` of an item's row."""
    return {
        "M": {
            model: {
                "M": {"version": {"S": at.version}}
                | {
                    name: number(getattr(at, name))
                    for name in ("parts", "dim", "views", "recipe", "point_parts")
                }
            }
            for model, at in by_model.items()
        }
    }


def lacks(model: str, recipe: int) -> dict[str, Any]:
    """The filter of a query for the rows of items without vectors of this model and recipe."""
    without = "attribute_not_exists(places.#model)"
    if recipe != 1:  # one without a number is of recipe 1
        without += " OR attribute_not_exists(places.#model.#recipe)"
    other = "(attribute_exists(places.#model.#recipe) AND places.#model.#recipe <> :recipe)"
    return {
        "FilterExpression": f"{without} OR {other}",
        "ExpressionAttributeNames": {"#model": model, "#recipe": "recipe"},
        "values": {":recipe": number(recipe)},
    }


def vector_keys(row: Row) -> list[Row]:
    """The keys of an item's vectors of all models, from its row."""
    return [key for place in places_of(row).values() for key in place.keys(id_of(row))]
