"""The roles of those who call, and what anybody may see without a key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a key allows; each role may also what those before it may."""

    VIEWER = "viewer"
    STAFF = "staff"
    OWNER = "owner"

    def covers(self, least: Role) -> bool:
        """Whether this role may what `least` may."""
        order = list(Role)
        return order.index(self) >= order.index(least)


class Public(StrEnum):
    """What whoever reaches the page may see without a key; each includes those before it."""

    NOTHING = "nothing"
    MATCHES = "matches"
    CATALOGUE = "catalogue"

    def covers(self, least: Public) -> bool:
        """Whether anybody sees what is shown from `least` on."""
        order = list(Public)
        return order.index(self) >= order.index(least)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the name of their key, and its role."""

    name: str
    role: Role


# Whoever has LOOKALIKE_API_KEY; on this machine alone, while none is set, everybody.
OWNER = Caller("owner", Role.OWNER)
