"""Reading of whole items: a row names the place of the vectors, and others may replace both meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.adapters.dynamodb_items.calls import Table
from services.adapters.dynamodb_items.item_rows import facts_of, item_of
from services.adapters.dynamodb_items.layout import Row, id_of, item_keys
from services.adapters.dynamodb_items.vector_rows import Place, places_of
from services.core.domain import Item, ItemFacts
from services.core.errors import UnavailableError


class Reading:
    """Reads items: their rows, and the vectors that these name."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def rows(self, ids: Iterable[str]) -> dict[str, Row]:
        """The rows of those items that exist, by id."""
        return {id_of(row): row for row in self._table.get_many(item_keys(ids))}

    def items(self, rows: Sequence[Row], *, model: str | None) -> list[Item]:
        """The items of these rows, without those that were deleted meanwhile.

        Each has the vectors of `model`, or of another model if it has none of these.
        """
        items: dict[str, Item] = {}
        pending = {id_of(row): row for row in rows}
        while pending:
            chosen = {item_id: _chosen(row, model) for item_id, row in pending.items()}
            contents = self._contents([k for i, (_, place) in chosen.items() for k in place.keys(i)])
            torn: dict[str, Row] = {}
            for item_id, (name, place) in chosen.items():
                parts = [contents.get((k["pk"]["S"], k["sk"]["S"])) for k in place.keys(item_id)]
                if None in parts:
                    torn[item_id] = pending[item_id]
                else:
                    content = b"".join(part for part in parts if part)
                    items[item_id] = item_of(pending[item_id], model=name, content=content)
            pending = self.rows(torn)
            for item_id, row in pending.items():
                if row["places"] == torn[item_id]["places"]:
                    raise UnavailableError(f"item store: the vectors of item {item_id!r} are gone")
        return [items[id_of(row)] for row in rows if id_of(row) in items]

    def facts(self, rows: Iterable[Row], *, model: str | None) -> list[ItemFacts]:
        """The facts of these rows, without reading vectors, with the same choice of a model."""
        chosen = ((row, *_chosen(row, model)) for row in rows)
        return [facts_of(row, model=name, views=place.views) for row, name, place in chosen]

    def _contents(self, keys: Sequence[Row]) -> dict[tuple[str, str], bytes]:
        rows = self._table.get_many(keys)
        return {(row["pk"]["S"], row["sk"]["S"]): row["content"]["B"] for row in rows}


def _chosen(row: Row, model: str | None) -> tuple[str, Place]:
    places = places_of(row)
    name = model if model in places else min(places)
    assert name is not None
    return name, places[name]
