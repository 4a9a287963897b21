"""The history's reads and writes."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from services.adapters.dynamodb_history.asking import Asked
from services.adapters.dynamodb_history.rows import (
    Attributes,
    key,
    mark_of,
    place_of,
    said_of,
    said_of_row,
    showing_of_row,
    shown,
    update_of,
)
from services.adapters.dynamodb_items.calls import ConditionError, Table
from services.adapters.dynamodb_items.layout import Row, int_of, number
from services.core.history.ports import Position, Wanted, all_of
from services.core.history.showing import Said, Showing

DAY_S = 86_400.0
# No showing: match records are counted from 1.
_WRITE_CHECK = 0
# The showings before a record that may be its own: of one camera few last at the same time.
_NEAR = 8
# What people say that a mark depends on.
_MARKING = ("feedback", "said")


class DynamoHistory:
    """Showings in one table; safe to use from several threads, processes and functions.

    `client` is botocore's for DynamoDB. The table is there: deployment creates it. A row is given for `days`
    after it began, and is deleted by DynamoDB within two days after that. For `patience_s` a call tries again
    when it is throttled or others write at the same moment.
    """

    def __init__(
        self,
        client: Any,
        table: str,
        *,
        days: int,
        patience_s: float = 20,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._table = Table(client, table, patience_s=patience_s, what="history")
        self._kept_s, self._clock = days * DAY_S, clock

    def write(self, begun: Sequence[Showing], moved: Sequence[Showing]) -> None:
        """Write new rows, and those that have gone on unless they were deleted; one write each."""
        for each in begun:
            self._write(each, may_be_new=True)
        for each in moved:
            self._write(each, may_be_new=False)

    def _write(self, showing: Showing, *, may_be_new: bool) -> None:
        """Write a row, unless one of a newer record is there: what was delayed on its way changes nothing."""
        said, patience = Said(), self._table.patience()
        while True:
            update = update_of(shown(showing, said, kept_s=self._kept_s))
            conditions = ["#last_record <= :last_record"]
            if may_be_new:
                conditions = ["(attribute_not_exists(#last_record) OR #last_record <= :last_record)"]
            if showing.ended:  # its mark depends on what people have said
                conditions += _as_before(said, update)
            with contextlib.suppress(ConditionError):
                return self._update(showing.id, update, " AND ".join(conditions))
            row = self._table.get(key(showing.id))
            if row is None and not may_be_new:
                return None
            if row is not None and int_of(row, "last_record") > showing.last_record:
                return None
            said = said_of_row(row or {})
            patience.wait("others write all the time")

    def say(self, said: Mapping[int, Said]) -> None:
        """Replace what people said of these showings; those that are gone are left out."""
        for showing_id, each in said.items():
            patience = self._table.patience()
            while (row := self._table.get(key(showing_id))) is not None:
                mark = mark_of(replace(showing_of_row(row), said=each))
                update = update_of({**said_of(each), "mark": mark})
                update["ExpressionAttributeNames"] |= {"#verdict": "verdict", "#ended": "ended"}
                update["ExpressionAttributeValues"] |= {":verdict": row["verdict"], ":ended": row["ended"]}
                with contextlib.suppress(ConditionError):
                    self._update(showing_id, update, "#verdict = :verdict AND #ended = :ended")
                    break
                patience.wait("others write all the time")

    def note_pictures(self, ids: Sequence[int]) -> None:
        """Note that the pictures of these showings are kept."""
        for each in ids:
            update = update_of({"has_picture": {"BOOL": True}})
            update["ExpressionAttributeNames"] |= {"#id": "id"}
            with contextlib.suppress(ConditionError):  # it is gone
                self._update(each, update, "attribute_exists(#id)")

    def get_many(self, ids: Sequence[int]) -> list[Showing]:
        """The showings of these ids, newest first, without those that are gone."""
        rows = self._table.get_many([key(each) for each in dict.fromkeys(ids)])
        return sorted(self._showings(rows), key=lambda each: place_of(Position.of(each)), reverse=True)

    def page(self, wanted: Wanted, *, after: Position | None = None, limit: int = 100) -> list[Showing]:
        """The next showings that are asked for, newest first, those behind `after`."""
        asked = Asked.of(wanted, after=after, since_s=self._oldest_s)
        # The indexes may lag behind: what counts is the rows, but for their times, which never change.
        exactly = replace(wanted, from_s=None, to_s=None)
        found: list[Showing] = []
        ids = self._ids(asked, at_once=limit)
        while len(found) < limit and (some := list(islice(ids, limit - len(found)))):
            found += filter(exactly.takes, self.get_many(some))
        return found

    def opened(self) -> list[Showing]:
        """Those that have not ended."""
        return list(all_of(self, Wanted(ended=False)))

    def with_record(self, thing: str, record_id: int) -> Showing | None:
        """The showing of a camera that a match record belongs to."""
        asked = Asked.of(Wanted(thing=thing), since_s=self._oldest_s)
        asked.keep("#id <= :record", ["id"], {":record": number(record_id)})
        near = self.get_many(list(islice(self._ids(asked), _NEAR)))
        return next((each for each in near if each.last_record >= record_id), None)

    def delete(self, ids: Sequence[int], /) -> int:
        """Delete rows; gives the number of those that there were."""
        found = [key(int(row["id"]["N"])) for row in self._table.get_many([key(each) for each in set(ids)])]
        self._table.delete_many(found)
        return len(found)

    def count(self, wanted: Wanted) -> int:
        """The number of showings that are asked for; the newest second's may not be counted yet."""
        asked = Asked.of(wanted, since_s=self._oldest_s)
        if not asked.exact:
            return sum(1 for _ in all_of(self, wanted))
        return sum(int(answer["Count"]) for answer in self._answers({**asked.request, "Select": "COUNT"}))

    def shown(self) -> Mapping[str, int]:
        """The number of showings that were taken for each item, by its id; reads all rows."""
        return Counter(each.item.id for each in all_of(self, Wanted()) if each.item)

    def check_write(self) -> None:
        """Write a row that is no showing."""
        self._table.put_many([key(_WRITE_CHECK)])

    @property
    def _oldest_s(self) -> float:
        return self._clock() - self._kept_s

    def _ids(self, asked: Asked, *, at_once: int = 0) -> Iterator[int]:
        """The ids that a query finds, read as they are taken."""
        # A limit counts what is read before it is filtered.
        limit = {"Limit": at_once} if at_once and "FilterExpression" not in asked.request else {}
        for answer in self._answers({**asked.request, **limit}):
            yield from (int(row["id"]["N"]) for row in answer["Items"])

    def _answers(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        while True:
            answer = self._table.call("query", **request)
            yield answer
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _update(self, showing_id: int, update: Attributes, condition: str) -> None:
        """Update a row; raises ConditionError if it is not as expected."""
        self._table.call("update_item", Key=key(showing_id), ConditionExpression=condition, **update)

    def _showings(self, rows: Iterable[Row]) -> Iterator[Showing]:
        """The showings of rows; a damaged one, and one that is too old, are left out."""
        for row in rows:
            with contextlib.suppress(KeyError, ValueError, TypeError):
                showing = showing_of_row(row)
                if showing.began_at_s >= self._oldest_s:
                    yield showing


def _as_before(said: Said, update: Attributes) -> list[str]:
    """Conditions that people have said just this; their names and values are added to the update's."""
    conditions = []
    for name in _MARKING:
        value = said_of(said)[name]
        update["ExpressionAttributeNames"][f"#{name}"] = name
        conditions.append(f"attribute_not_exists(#{name})" if value is None else f"#{name} = :was_{name}")
        if value is not None:
            update["ExpressionAttributeValues"][f":was_{name}"] = value
    return conditions
