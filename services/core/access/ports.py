"""The stores of keys and of the audit's lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.core.access.roles import Caller, Role


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A key of a viewer or of staff; the key itself is kept nowhere. Times are seconds since 1970."""

    # SHA-256 of the key, in hex.
    digest: str
    name: str
    # The form of the name in which no two keys that are not revoked may agree.
    name_id: str
    role: Role
    made_at_s: float
    last_used_at_s: float | None = None
    revoked_at_s: float | None = None

    @property
    def caller(self) -> Caller:
        """Who calls with it."""
        return Caller(self.name, self.role)


class KeyStore(Protocol):
    """The named keys. Each call may raise UnavailableError; what it wrote is durable on return."""

    def add(self, key: NamedKey) -> bool:
        """Keep a new key; False, and nothing is kept, if one of that `name_id` is not revoked."""

    def find(self, digest: str) -> NamedKey | None:
        """The key of a digest, revoked or not."""

    def all(self) -> list[NamedKey]:
        """All keys, also those that are revoked, in the order in which they were made."""

    def note_use(self, digest: str, at_s: float) -> None:
        """Keep when a key was last used; nothing if it is gone."""

    def revoke(self, name_id: str, at_s: float) -> NamedKey | None:
        """Revoke the key of a name, and give it as it is now; None if there is none that is not revoked."""

    def forget_revoked(self, before_s: float) -> None:
        """Forget the keys that were revoked before this time."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One change and who made it."""

    # In the order of these texts the newest line is the first.
    id: str
    at_s: float
    caller: Caller
    # The method and path, such as "DELETE /items/{item_id}", for programs; then the same in words.
    call: str
    action: str
    # What was changed, such as "mug-7" or "3 items"; may be empty.
    subject: str


class AuditLog(Protocol):
    """The audit's lines. Each call may raise UnavailableError."""

    def add(self, lines: Sequence[AuditLine]) -> None:
        """Keep lines; one that is kept already stays as it is. They are durable on return."""

    def page(self, *, after: str = "", limit: int = 100) -> list[AuditLine]:
        """The next lines, newest first, those behind the id `after`."""

    def expire(self, before_id: str) -> None:
        """Delete the lines that are older than one of this id would be."""
