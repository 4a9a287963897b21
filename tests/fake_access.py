"""Fakes of the stores of named keys and of the audit."""

from collections.abc import Sequence
from dataclasses import replace

from services.core.access.ports import AuditLine, NamedKey
from services.core.errors import UnavailableError


class FakeKeys:
    """A KeyStore in memory, which fails while it has a `trouble`."""

    def __init__(self) -> None:
        self.rows: dict[str, NamedKey] = {}
        self.uses = 0
        self.trouble: str | None = None

    def _check(self) -> None:
        if self.trouble is not None:
            raise UnavailableError(self.trouble)

    def _live(self, name_id: str) -> NamedKey | None:
        live = (each for each in self.rows.values() if each.revoked_at_s is None)
        return next((each for each in live if each.name_id == name_id), None)

    def add(self, key: NamedKey) -> bool:
        self._check()
        if self._live(key.name_id) is not None:
            return False
        self.rows[key.digest] = key
        return True

    def find(self, digest: str) -> NamedKey | None:
        self._check()
        return self.rows.get(digest)

    def all(self) -> list[NamedKey]:
        self._check()
        return sorted(self.rows.values(), key=lambda each: (each.made_at_s, each.name_id))

    def note_use(self, digest: str, at_s: float) -> None:
        self._check()
        self.uses += 1
        if digest in self.rows:
            self.rows[digest] = replace(self.rows[digest], last_used_at_s=at_s)

    def revoke(self, name_id: str, at_s: float) -> NamedKey | None:
        self._check()
        found = self._live(name_id)
        if found is not None:
            found = self.rows[found.digest] = replace(found, revoked_at_s=at_s)
        return found

    def forget_revoked(self, before_s: float) -> None:
        self._check()
        for each in list(self.rows.values()):
            if each.revoked_at_s is not None and each.revoked_at_s < before_s:
                del self.rows[each.digest]


class FakeAudit:
    """An AuditLog in memory, which fails while it has a `trouble`."""

    def __init__(self) -> None:
        self.lines: dict[str, AuditLine] = {}
        self.trouble: str | None = None

    def add(self, lines: Sequence[AuditLine]) -> None:
        if self.trouble is not None:
            raise UnavailableError(self.trouble)
        for each in lines:
            self.lines.setdefault(each.id, each)

    def page(self, *, after: str = "", limit: int = 100) -> list[AuditLine]:
        return [self.lines[each] for each in sorted(self.lines) if each > after][:limit]

    def expire(self, before_id: str) -> None:
        self.lines = {number: each for number, each in self.lines.items() if number <= before_id}
