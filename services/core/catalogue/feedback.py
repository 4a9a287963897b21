"""The use case of feedback: what a person says of a match record counts for the items."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from services.core.domain import InputError, check_item_id
from services.core.ports import ItemStore

MAX_BYTES = 4096
_EXPECTED = 'expected {"right": true}, {"right": false} or {"right": false, "item": "<id of what it was>"}'


@dataclass(frozen=True, slots=True)
class Feedback:
    """Whether a record's best match is right; `item` is what it really was, where that was said."""

    right: bool
    item: str | None = None

    @classmethod
    def parse(cls, body: bytes) -> Feedback:
        """Read it from JSON; raises InputError with what was wrong and what was expected."""
        if len(body) > MAX_BYTES:
            raise InputError(f"the feedback has {len(body)} bytes, at most {MAX_BYTES} are read; {_EXPECTED}")
        try:
            fields: Any = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise InputError(f"the feedback is not JSON ({error}); {_EXPECTED}") from None
        if not isinstance(fields, dict):
            raise InputError(f"the feedback is no JSON object; {_EXPECTED}")
        # A misspelt field must not pass for one that was left out.
        if unknown := sorted(fields.keys() - {"right", "item"}):
            raise InputError(f"the feedback has an unknown field {unknown[0][:40]!a}; {_EXPECTED}")
        right, item = fields.get("right"), fields.get("item")
        if not isinstance(right, bool):
            found = ascii(right)[:40] if "right" in fields else "missing"
            raise InputError(f"`right` is {found}; {_EXPECTED}")
        if item is not None and not isinstance(item, str):
            raise InputError(f"`item` is {ascii(item)[:40]}; {_EXPECTED}")
        return cls(right, item if item is None else check_item_id(item))


def take_feedback(store: ItemStore, record: str, said: Feedback) -> tuple[str | None, int]:
    """Remember what was said of a match record, given as JSON, in place of what was said of it before.

    Gives the id of what it really was, as far as that is known, and the cursor that an index must have read
    to know of it. Raises InputError for what can't be said of this record.
    """
    fields = json.loads(record)
    number, matches = int(fields["id"]), fields["matches"]
    if not matches:
        raise InputError(f"record {number} has no matches, so that none of them is right or wrong")
    shown = str(matches[0]["id"])
    if said.item is not None and said.right != (said.item == shown):
        raise InputError(
            f"record {number} shows item {shown!r}, and the feedback says that it was {said.item!r}; "
            f"expected `right` to be {str(not said.right).lower()}, or another `item`, or none"
        )
    really = shown if said.right else said.item
    about = really or shown
    if store.facts([about])[0] is None:
        raise InputError(f"there is no item {about!r} in the catalogue (any more); expected the id of one")
    return really, store.feedback(number, shown=shown, really=really)
