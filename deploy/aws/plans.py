"""What CloudFormation would change, and what failed, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Change:
    """One resource's change: `action` is Add, Modify or Remove, `replaced` whether it loses what it has.

    One that `follows` only refers to a resource that changes, and changes itself if that gets another name.
    """

    action: str
    name: str
    kind: str
    replaced: bool
    follows: bool = False


@dataclass(frozen=True)
class Plan:
    """A change set that waits to be carried out; without one (`change_set` is "") there is nothing to do."""

    stack: str
    change_set: str
    changes: tuple[Change, ...]


def in_words(event: dict[str, Any]) -> str:
    """A resource's event of CloudFormation that says that it failed."""
    kind, reason = event["ResourceType"], event.get("ResourceStatusReason", "AWS gives no reason")
    return f"{event['LogicalResourceId']} ({kind}): {reason}"


def failure(stack: str, status: str, failed: list[str], reason: str) -> str:
    """The text of an error: a stack's end, and each resource that failed."""
    back = {
        "ROLLBACK_COMPLETE": "what had been made was removed again",
        "UPDATE_ROLLBACK_COMPLETE": "the stack is as it was before",
        "DELETE_FAILED": "what is named stays; mend it and run the same command again",
    }.get(status, "the stack needs a look in the console, CloudFormation")
    because = "\n".join(f"  {each}" for each in failed) or f"  {reason or 'AWS gives no reason'}"
    return f"stack {stack} failed ({status.lower().replace('_', ' ')}): {back}\n{because}"
