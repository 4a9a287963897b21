"""The words of the audit for what a call has changed, made of the call and its answer alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# In the past, by call; what a new one has done is said by its summary until it has words here.
DONE = {
    "POST /matches/{record_id}/feedback": "gave feedback on a match",
    "POST /items": "added or replaced an item",
    "PUT /items/{item_id}": "changed an item",
    "DELETE /items/{item_id}": "deleted an item",
    "POST /items/{item_id}/views": "added pictures to an item",
    "DELETE /items/{item_id}/views/{n}": "removed a picture of an item",
    "POST /items/batch": "changed or deleted items",
    "POST /items/undo": "undid a change",
    "POST /items/archive": "imported items",
    "POST /history/review": "reviewed showings",
    "DELETE /history": "deleted showings",
    "POST /index/vectors": "recomputed an item's vectors",
    "POST /index/model": "changed the model of the catalogue",
    "POST /index/prune": "dropped the vectors of other models",
    "POST /samples": "began to load the samples",
    "DELETE /samples": "began to remove the samples",
    "POST /cameras": "added a camera",
    "PATCH /cameras/{thing}": "changed a camera",
    "DELETE /cameras/{thing}": "removed a camera",
    "POST /keys": "made a key",
    "DELETE /keys/{name}": "revoked a key",
}
# Fields of an answer that name what was changed, and those that count it, with the thing that they count.
_NAMES = ("id", "name", "title", "role")
_COUNTS = {"changed": "item", "items": "item", "deleted": "showing", "showings": "showing"}
_MOST_CHARACTERS = 80


def action_of(call: str, summary: str) -> str:
    """What was done, such as "deleted an item"."""
    return DONE.get(call) or (summary[:1].lower() + summary[1:] or call)


def subject_of(parameters: Mapping[str, Any], answer: object) -> str:
    """What was changed, such as "mug-7, Blue mug" or "3 items": names and counts of an answer alone."""
    names = [str(value) for value in parameters.values()]
    fields = answer if isinstance(answer, dict) else {}
    names += [str(fields[name]) for name in _NAMES if isinstance(fields.get(name), str | int)]
    if names:
        return ", ".join(name[:_MOST_CHARACTERS] for name in dict.fromkeys(names))
    return ", ".join(_counted(fields[name], thing) for name, thing in _COUNTS.items() if name in fields)


def _counted(value: object, thing: str) -> str:
    count = len(value) if isinstance(value, list) else value
    return f"{count:,} {thing}{'' if count == 1 else 's'}" if isinstance(count, int) else f"{thing}s"
