"""The names of the keys in Redis."""

from __future__ import annotations

from dataclasses import dataclass

ALL = "stack:matches"
# Redis in cluster mode takes the part in braces alone for the slot of a key; that of ALL is its whole name.
_TAG = f"{{{ALL}}}"


@dataclass(frozen=True, slots=True)
class Keys:
    """The contract's names; with `one_slot`, for a Redis in cluster mode, all share the slot of ALL.

    A cluster refuses a script whose keys are in several slots.
    """

    one_slot: bool = False

    def matches(self, thing: str) -> str:
        """The list of a camera's match records."""
        return f"{_TAG}:{thing}" if self.one_slot else f"{ALL}:{thing}"

    def of(self, name: str) -> str:
        """Any other key."""
        # No name of a camera has a slash, so that none of these is the list of a camera.
        return f"{_TAG}/{name}" if self.one_slot else name


KEYS = Keys()
