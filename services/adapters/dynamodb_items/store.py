"""The store's reads and writes."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from services.adapters.dynamodb_items.calls import Table
from services.adapters.dynamodb_items.commit import Commits, Head, Step
from services.adapters.dynamodb_items.feedback import feedback_step
from services.adapters.dynamodb_items.item_rows import (
    Laid,
    chunks,
    item_row,
    pictures_of,
    update,
)
from services.adapters.dynamodb_items.layout import (
    CHANGES,
    ITEMS,
    WRITE_CHECK,
    Row,
    id_of,
    int_of,
    item_keys,
    key,
    number,
    number_key,
)
from services.adapters.dynamodb_items.many import ManyWrites
from services.adapters.dynamodb_items.reading import Reading
from services.adapters.dynamodb_items.vector_rows import Place, lacks, places, places_of, vector_keys
from services.core.catalogue.conditions import check_revision, check_vectors
from services.core.domain import (
    Change,
    Item,
    ItemFacts,
    ItemWords,
    ManyWritten,
    RevisionError,
    fold,
)
from services.core.errors import UnavailableError

log = logging.getLogger(__name__)


class DynamoItems:
    """Items and the history of their changes in one table; safe to use from several threads.

    `client` is botocore's for DynamoDB. The table is there: deployment creates it. For `patience_s` a call
    tries again when it is throttled or others write at the same moment.

    Vectors are written before the transaction, as new rows that no item names yet and that never change;
    those that it replaced are deleted after it. A process that is killed in between leaves rows behind that
    cost nothing but their storage.
    """

    def __init__(self, client: Any, table: str, *, patience_s: float = 20) -> None:
        self._table = Table(client, table, patience_s=patience_s)
        self._commits = Commits(self._table)
        self._reading = Reading(self._table)
        self._many = ManyWrites(self._commits, self._reading, self._sweep)

    def put(self, item: Item, *, expected: str | None = None) -> int:
        """Write or replace an item; it is durable on return. Gives the change's cursor.

        Raises InputError as `put_many` does, and RevisionError if the item is not of the expected revision.
        """
        place = Place.new(item)
        return self._put_at_once([(item, place, item_row(item, place))], expected)

    def put_many(self, items: Sequence[Item]) -> int:
        """Write or replace items, in steps of up to 98; gives the newest change's cursor.

        Raises InputError, before any is written, for an item whose texts are more than a row takes.
        """
        placed = [(item, Place.new(item)) for item in {item.id: item for item in items}.values()]
        laid = [(item, place, item_row(item, place)) for item, place in placed]
        cursors = [self._put_at_once(chunk) for chunk in chunks(laid, lambda each: each[2])]
        return cursors[-1] if cursors else self.head()

    def _put_at_once(self, laid: Sequence[Laid], expected: str | None = None) -> int:
        self._put_vectors(laid)
        ids = [item.id for item, _, _ in laid]
        replaced: list[Row] = []

        def make(head: Head) -> Step:
            kept = self._reading.rows(ids)
            if expected is not None:
                item, current = laid[0][0], self._only(kept, head)
                check_revision(item.id, current, expected)
                check_vectors(item, current, model=head.model)
            replaced[:] = [key for row in kept.values() for key in vector_keys(row)]
            writes = []
            for item, _, row in laid:
                old = kept.get(item.id, {})
                counts = {name: number(int_of(old, name)) for name in ("right", "wrong")}
                born = {"born": old.get("born", number(head.cursor + 1))}
                writes.append({"Put": {"Item": row | counts | born}})
            model = head.model if head.items else laid[0][0].model
            return Step(writes, ids, replace(head, items=head.items + len(ids) - len(kept), model=model))

        try:
            head = self._commits.write(make)
        except RevisionError:
            self._sweep([key for item, place, _ in laid for key in place.keys(item.id)])
            raise
        self._sweep(replaced)
        return head.cursor

    def delete(self, item_id: str, *, expected: str | None = None) -> int | None:
        """Remove an item and the feedback about it; gives the change's cursor, or None if there was none.

        Raises RevisionError if the item is not of the expected revision.
        """
        gone: list[Row] = []

        def make(head: Head) -> Step | None:
            kept = self._reading.rows([item_id])
            if expected is not None:
                check_revision(item_id, self._only(kept, head), expected)
            gone[:] = kept.values()
            writes = [{"Delete": {"Key": key}} for key in item_keys(id_of(row) for row in gone)]
            return Step(writes, [item_id], replace(head, items=head.items - 1)) if gone else None

        head = self._commits.write(make)
        self._sweep([key for row in gone for key in vector_keys(row)])
        return head.cursor if gone else None

    def revise_many(self, words: Sequence[ItemWords]) -> ManyWritten:
        """Write new words of items, in steps of up to 98; those of another revision are left."""
        return self._many.revise(words)

    def delete_many(self, revisions: Mapping[str, str]) -> ManyWritten:
        """Remove items, in steps of up to 98; those of another revision are left."""
        return self._many.delete(revisions)

    def add_many(self, items: Sequence[Item]) -> ManyWritten:
        """Write items, in steps of up to 98; those whose id has one already are left."""
        laid = [(item, place, item_row(item, place)) for item, place in ((i, Place.new(i)) for i in items)]
        return self._many.add(laid, self._put_vectors)

    def _put_vectors(self, laid: Sequence[Laid]) -> None:
        self._table.put_many([row for item, place, _ in laid for row in place.rows(item)])

    def _only(self, rows: Mapping[str, Row], head: Head) -> Item | None:
        """The item of the one row that there may be."""
        return next(iter(self._reading.items(list(rows.values()), model=head.model)), None)

    def get_many(self, item_ids: Sequence[str], *, points: bool = True) -> list[Item | None]:
        """The items of these ids, in their order, None for one that does not exist."""
        if not item_ids:
            return []
        model = self._commits.head().model
        rows = self._reading.rows(item_ids)
        found = self._reading.items(list(rows.values()), model=model, points=points)
        items = {item.id: item for item in found}
        return [items.get(item_id) for item_id in item_ids]

    def points(self, ids: Sequence[str]) -> dict[str, tuple[bytes, ...]]:
        """The local features of each picture of these items, by id."""
        if not ids:
            return {}
        model = self._commits.head().model
        return self._reading.points(list(self._reading.rows(ids).values()), model=model)

    def facts(self, item_ids: Sequence[str]) -> list[ItemFacts | None]:
        """The items of `get_many` without vectors."""
        if not item_ids:
            return []
        model = self._commits.head().model
        rows = self._reading.rows(item_ids)
        facts = {item.id: item for item in self._reading.facts(rows.values(), model=model)}
        return [facts.get(item_id) for item_id in item_ids]

    def page(self, *, after: str = "", limit: int = 100, text: str = "", points: bool = True) -> list[Item]:
        """The next items in the order of their ids, those behind the id `after` that hold `text`."""
        return self._page(after=after, limit=limit, points=points, **_holding(text, limit))

    def facts_page(self, *, after: str = "", limit: int = 100, text: str = "") -> list[ItemFacts]:
        """The items of `page` without vectors."""
        model = self._commits.head().model
        rows = islice(self._table.query(ITEMS, after=after, **_holding(text, limit)), limit)
        return self._reading.facts(rows, model=model)

    def lacking(self, model: str, recipe: int, *, after: str = "", limit: int = 100) -> list[Item]:
        """The next items without vectors of this model and recipe, in the order of their ids."""
        return self._page(after=after, limit=limit, **lacks(model, recipe))

    def recipes(self, model: str) -> dict[int | None, int]:
        """The number of items by the recipe of their vectors of this model, None for those without any."""
        rows = self._table.query(ITEMS, ProjectionExpression="places")
        found = (places_of(row).get(model) for row in rows)
        return dict(Counter(None if place is None else place.recipe for place in found))

    def count(self) -> int:
        """The number of items."""
        return self._commits.head().items

    def head(self) -> int:
        """The cursor of the newest change, 0 for a store that never had one."""
        return self._commits.head().cursor

    def state(self) -> tuple[int, str | None]:
        """The cursor of the newest change, and the catalogue's model; one request."""
        head = self._commits.head()
        return head.cursor, head.model if head.items else None

    def identity(self) -> str | None:
        """The name that the table was given at its first write, or by `set_model`."""
        return self._commits.head().identity

    def changes(self, *, after: int, limit: int = 1000) -> list[Change]:
        """The changes behind the cursor `after`, oldest first."""
        return list(islice(self._changes(after, limit), limit))

    def _changes(self, after: int, limit: int) -> Iterator[Change]:
        for row in self._table.query(CHANGES, after=number_key(after), at_once=limit):
            ids = [str(each.get("S", "")) for each in row.get("ids", {}).get("L", [])]
            first = int(row["sk"]["S"]) - len(ids) + 1
            yield from (Change(first + n, each) for n, each in enumerate(ids) if first + n > after)

    def model(self) -> str | None:
        """The fingerprint of the model that made the catalogue's vectors, None while it has no items."""
        return self.state()[1]

    def set_model(self, fingerprint: str) -> None:
        """Declare another model the catalogue's, in one step: from now on items come with its vectors."""
        self._commits.write(lambda head: Step([], [], replace(head, model=fingerprint, identity=None)))

    def stage(self, item: Item) -> bool:
        """Keep the item's vectors as those of its model, unless it is gone or has other pictures by now."""
        place, unused, staged = Place.new(item), list[Row](), False
        self._table.put_many(place.rows(item))

        def make(head: Head) -> Step | None:
            nonlocal staged
            row = self._reading.rows([item.id]).get(item.id)
            staged = row is not None and pictures_of(row) == item.pictures
            if row is None or not staged:
                unused[:] = place.keys(item.id)
                return None
            kept = places_of(row)
            unused[:] = kept[item.model].keys(item.id) if item.model in kept else []
            writes = [update(row, places=places(kept | {item.model: place}))]
            return Step(writes, [item.id] if item.model == head.model else [], head)

        self._commits.write(make)
        self._sweep(unused)
        return staged

    def prune(self) -> None:
        """Drop the vectors of other models from each item that has some of the catalogue's."""
        many = (row for row in self._table.query(ITEMS) if len(places_of(row)) > 1)
        # A transaction counts the whole rows that it changes.
        for rows in chunks(many, lambda row: row):
            self._prune_at_once([id_of(row) for row in rows])

    def _prune_at_once(self, ids: Sequence[str]) -> None:
        unused: list[Row] = []

        def make(head: Head) -> Step | None:
            unused.clear()
            writes = []
            for item_id, row in self._reading.rows(ids).items():
                kept = places_of(row)
                if head.model in kept and len(kept) > 1:
                    own = kept.pop(head.model)
                    writes.append(update(row, places=places({head.model: own})))
                    unused.extend(key for place in kept.values() for key in place.keys(item_id))
            return Step(writes, [], head) if writes else None

        self._commits.write(make)
        self._sweep(unused)

    def feedback(self, record_id: int, *, shown: str | None, really: str | None) -> int:
        """Remember feedback on a record in place of earlier feedback; gives the newest change's cursor.

        Each item whose counts changed is a change; one that does not exist takes no feedback.
        """

        def make(head: Head) -> Step | None:
            return feedback_step(self._table, self._reading, head, record_id, shown=shown, really=really)

        return self._commits.write(make).cursor

    def check_write(self) -> None:
        """Write a row that is none of the catalogue's."""
        self._table.put_many([key(WRITE_CHECK, WRITE_CHECK)])

    def _page(self, *, limit: int, points: bool = True, **query: Any) -> list[Item]:
        model = self._commits.head().model
        rows = list(islice(self._table.query(ITEMS, **query), limit))
        return self._reading.items(rows, model=model, points=points)

    def _sweep(self, keys: Sequence[Row]) -> None:
        """Delete vectors that no item has any more; the write before it holds even if this fails."""
        try:
            self._table.delete_many(keys)
        except UnavailableError as error:
            log.warning("%s: up to %d rows of vectors that no item has stay behind", error, len(keys))


def _holding(text: str, limit: int) -> dict[str, Any]:
    """The conditions of a page's query beside the ids: its limit, or a filter for the rows with `text`."""
    if not text:
        return {"at_once": limit}
    return {"FilterExpression": "contains(searched, :text)", "values": {":text": {"S": fold(text)}}}
