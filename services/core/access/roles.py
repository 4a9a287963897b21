"""The roles of those who call, and what anybody may see without a key."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class _Rising(StrEnum):
    """Values in an order in which each includes those before it."""

    def covers(self, least: Self) -> bool:
        """Whether this one includes `least`."""
        order = list(type(self))
        return order.index(self) >= order.index(least)


class Role(_Rising):
    """What a key allows; each role may also what those before it may."""

    VIEWER = "viewer"
    STAFF = "staff"
    OWNER = "owner"


class Public(_Rising):
    """What whoever reaches the page may see without a key; each includes those before it."""

    NOTHING = "nothing"
    MATCHES = "matches"
    CATALOGUE = "catalogue"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the name of their key, and its role."""

    name: str
    role: Role


# Whoever has LOOKALIKE_API_KEY; on this machine alone, while none is set, everybody.
OWNER = Caller("owner", Role.OWNER)
