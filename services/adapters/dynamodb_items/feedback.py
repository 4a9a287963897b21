"""The changes that feedback on a match record makes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from services.adapters.dynamodb_items.calls import Table
from services.adapters.dynamodb_items.commit import Head, Step
from services.adapters.dynamodb_items.item_rows import update
from services.adapters.dynamodb_items.layout import FEEDBACK, Row, int_of, key, number, number_key, text_of
from services.adapters.dynamodb_items.reading import Reading


@dataclass(frozen=True, slots=True)
class _Word:
    """Feedback on a record: the item it showed and the right one, each None if it does not exist.

    A row keeps `born` of each, the cursor at which the item came to be: feedback on an item that was deleted
    does not count for a later one of the same id.
    """

    shown: str | None
    really: str | None

    def counts(self) -> Counter[tuple[str, str]]:
        """The counts it adds to: (id, `right` or `wrong`)."""
        counts: Counter[tuple[str, str]] = Counter()
        if self.really is not None:
            counts[self.really, "right"] += 1
        if self.shown is not None and self.shown != self.really:
            counts[self.shown, "wrong"] += 1
        return counts


def feedback_step(
    table: Table, reading: Reading, head: Head, record_id: int, *, shown: str | None, really: str | None
) -> Step | None:
    """The step that replaces the record's earlier feedback by this, None if it is the same."""
    row_key = key(FEEDBACK, number_key(record_id))
    earlier_row = table.get(row_key) or {}
    ids = [text_of(earlier_row, "shown"), text_of(earlier_row, "really"), shown, really]
    items = reading.rows(each for each in ids if each is not None)
    row = row_key | _said(items, shown=shown, really=really)
    if row == (earlier_row or row_key):
        return None
    change = _word(items, row).counts()
    change.subtract(_word(items, earlier_row).counts())
    changed = sorted({item_id for (item_id, _), by in change.items() if by})
    # Withdrawn, or about items that do not exist: it keeps nothing.
    write = {"Put": {"Item": row}} if row != row_key else {"Delete": {"Key": row_key}}
    writes: list[dict[str, Any]] = [write]
    for item_id in changed:
        item = items[item_id]
        counts = {name: number(int_of(item, name) + change[item_id, name]) for name in ("right", "wrong")}
        writes.append(update(item, **counts))
    return Step(writes, changed, head)


def _said(items: dict[str, Row], **ids: str | None) -> Row:
    """The attributes of a feedback row."""
    row: Row = {}
    for name, item_id in ids.items():
        if item_id in items:
            row[name] = {"S": item_id}
            row[f"{name}_born"] = items[item_id].get("born", number(0))
    return row


def _word(items: dict[str, Row], row: Row) -> _Word:
    def existing(name: str) -> str | None:
        item_id = text_of(row, name)
        same = item_id in items and items[item_id].get("born", number(0)) == row.get(f"{name}_born")
        return item_id if same else None

    return _Word(existing("shown"), existing("really"))
