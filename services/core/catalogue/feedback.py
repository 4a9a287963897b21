"""The use case of feedback: a person's judgement of a match record counts for the items."""

from __future__ import annotations

import json
from dataclasses import dataclass

from services.core.errors import InputError
from services.core.ports import ItemStore


@dataclass(frozen=True, slots=True)
class Feedback:
    """Whether a record's best match is right; `item` is the right one, if that was said.

    None withdraws what was said before.
    """

    right: bool | None
    item: str | None = None


def take_feedback(store: ItemStore, record: str, said: Feedback) -> tuple[str | None, int]:
    """Remember feedback on a match record, given as JSON, in place of earlier feedback on it.

    Gives the id of the right item, as far as that is known, and the cursor from which on an index knows of
    the feedback. Raises InputError for feedback that does not fit this record.
    """
    fields = json.loads(record)
    number, matches = int(fields["id"]), fields["matches"]
    if not matches:
        raise InputError(f"record {number} has no matches, so that none of them is right or wrong")
    shown = str(matches[0]["id"])
    if said.right is None:
        return None, _withdraw(store, number, said)
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


def _withdraw(store: ItemStore, number: int, said: Feedback) -> int:
    if said.item is not None:
        raise InputError(f"feedback on record {number} is withdrawn; expected no `item` beside it")
    return store.feedback(number, shown=None, really=None)
