"""Writes to the table: one transaction each, on condition that nothing else was written meanwhile."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.adapters.dynamodb_items.calls import ConditionError, Table
from services.adapters.dynamodb_items.layout import (
    CHANGES,
    HEAD,
    Row,
    int_of,
    key,
    number,
    number_key,
    text_of,
    texts,
)


@dataclass(frozen=True, slots=True)
class Head:
    """Facts of the catalogue as a whole; `revision` is 0 while nothing was ever written.

    A head without an identity is written with a new one.
    """

    revision: int = 0
    cursor: int = 0
    items: int = 0
    model: str | None = None
    identity: str | None = None

    @classmethod
    def of(cls, row: Row | None) -> Head:
        """The head of a row."""
        if row is None:
            return cls()
        return cls(
            int_of(row, "revision"),
            int_of(row, "cursor"),
            int_of(row, "items"),
            text_of(row, "model"),
            text_of(row, "identity"),
        )

    def put(self, *, over: Head) -> dict[str, Any]:
        """The write of a transaction that replaces `over`, and fails if that is not the head any more."""
        row = key(HEAD, HEAD)
        row |= {name: number(getattr(self, name)) for name in ("cursor", "items")}
        row["revision"] = number(over.revision + 1)
        row["identity"] = {"S": self.identity or secrets.token_hex(8)}
        if self.model is not None:
            row["model"] = {"S": self.model}
        if not over.revision:
            return {"Put": {"Item": row, "ConditionExpression": "attribute_not_exists(pk)"}}
        condition = {
            "ConditionExpression": "revision = :r",
            "ExpressionAttributeValues": {":r": number(over.revision)},
        }
        return {"Put": {"Item": row, **condition}}


@dataclass(frozen=True, slots=True)
class Step:
    """The content of one transaction: rows, the items that it changes, and the head's new facts."""

    writes: Sequence[dict[str, Any]]
    changed: Sequence[str]
    head: Head


class Commits:
    """Writes that each replace the head they were made from, so that all writers write one after another.

    What a step read after the head is therefore still true when it is written, and no change is lost or
    written twice; of several that collide at least one succeeds.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        # The threads of one process need not collide with each other.
        self._lock = threading.Lock()

    def head(self) -> Head:
        """The present head."""
        return Head.of(self._table.get(key(HEAD, HEAD)))

    def write(self, make: Callable[[Head], Step | None]) -> Head:
        """Write the step that `make` makes of the newest head, nothing if it is None; gives the new head.

        `make` is called again after each collision; it must read whatever it needs itself.
        """
        patience = self._table.patience()
        with self._lock:
            while True:
                head = self.head()
                step = make(head)
                if step is None:
                    return head
                written = replace(step.head, cursor=head.cursor + len(step.changed))
                writes = [*step.writes, written.put(over=head)]
                if step.changed:
                    row = key(CHANGES, number_key(written.cursor)) | {"ids": texts(step.changed)}
                    writes.append({"Put": {"Item": row}})
                try:
                    self._table.transact(writes)
                except ConditionError:
                    patience.wait("others write all the time")
                    continue
                return written
