"""Reading of whole items: a row names the place of the vectors, and others may replace both meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from services.adapters.dynamodb_items.calls import Table
from services.adapters.dynamodb_items.item_rows import chosen, facts_of, item_of, pictures_of
from services.adapters.dynamodb_items.layout import Row, id_of, item_keys
from services.core.catalogue.stored_values import points_of
from services.core.domain import Item, ItemFacts


class Reading:
    """Reads items: their rows, and the vectors that these name."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def rows(self, ids: Iterable[str]) -> dict[str, Row]:
        """The rows of those items that exist, by id."""
        return {id_of(row): row for row in self._table.get_many(item_keys(ids))}

    def items(self, rows: Sequence[Row], *, model: str | None, points: bool = True) -> list[Item]:
        """The items of these rows, without those that were deleted meanwhile.

        Each has the vectors of `model`, or of another model if it has none of these, and its local features
        unless they are not asked for.
        """
        items: dict[str, Item] = {}
        pending = {id_of(row): row for row in rows}
        while pending:
            keys = {item_id: _keys(row, model) for item_id, row in pending.items()}
            point_keys = {item_id: _point_keys(row, model) for item_id, row in pending.items() if points}
            contents = self._contents(
                [key for of in (keys, point_keys) for each in of.values() for key in each]
            )
            torn: dict[str, Row] = {}
            for item_id, row in pending.items():
                content = _joined(contents, keys[item_id])
                blob = _joined(contents, point_keys.get(item_id, []))
                if content is None or blob is None:
                    torn[item_id] = row
                else:
                    items[item_id] = item_of(row, model=model, content=content, points=blob)
            now = self.rows(torn)
            gone = {i: row for i, row in now.items() if row.get("places") == torn[i].get("places")}
            items |= {i: item_of(row, model=model, content=None) for i, row in gone.items()}
            pending = {i: row for i, row in now.items() if i not in gone}
        return [items[id_of(row)] for row in rows if id_of(row) in items]

    def facts(self, rows: Iterable[Row], *, model: str | None) -> list[ItemFacts]:
        """The facts of these rows, without reading vectors, with the same choice of a model."""
        return [facts_of(row, model=model) for row in rows]

    def points(self, rows: Sequence[Row], *, model: str | None) -> dict[str, tuple[bytes, ...]]:
        """The local features of the items of these rows, by id, with the same choice of a model."""
        keys = {id_of(row): _point_keys(row, model) for row in rows}
        pictures = {id_of(row): len(pictures_of(row)) for row in rows}
        contents = self._contents([key for each in keys.values() for key in each])
        return {i: points_of(_joined(contents, each), pictures[i]) for i, each in keys.items()}

    def _contents(self, keys: Sequence[Row]) -> dict[tuple[str, str], bytes]:
        rows = self._table.get_many(keys)
        found = {(row["pk"]["S"], row["sk"]["S"]): row.get("content", {}).get("B") for row in rows}
        return {key: content for key, content in found.items() if isinstance(content, bytes)}


def _keys(row: Row, model: str | None) -> list[Row]:
    """The keys of the vectors that the row's item is given with."""
    found = chosen(row, model)
    return [] if found is None else found[1].keys(id_of(row), points=False)


def _point_keys(row: Row, model: str | None) -> list[Row]:
    """The keys of the local features beside these vectors."""
    found = chosen(row, model)
    return [] if found is None else found[1].keys(id_of(row), vectors=False)


def _joined(contents: Mapping[tuple[str, str], bytes], keys: Sequence[Row]) -> bytes | None:
    """The content of rows, None if one is gone."""
    parts = [contents.get((key["pk"]["S"], key["sk"]["S"])) for key in keys]
    return None if None in parts else b"".join(part for part in parts if part)
