"""Named keys and the audit's lines, as rows of the items' table."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from services.adapters.dynamodb_items.calls import ConditionError, Table
from services.adapters.dynamodb_items.layout import AUDIT, KEY_NAMES, KEYS, Row, id_of, key, text_of
from services.core.access.ports import AuditLine, NamedKey
from services.core.access.roles import Caller, Role

_THERE = {"ConditionExpression": "attribute_exists(pk)"}
_NOT_THERE = {"ConditionExpression": "attribute_not_exists(pk)"}
# Rows that one deletion of old lines takes: more are taken by the next.
_AT_ONCE = 1000


class DynamoKeys:
    """Named keys in a table, each in two rows: by its digest, and by its name until it is revoked."""

    def __init__(self, client: Any, table: str, *, patience_s: float = 20) -> None:
        self._table = Table(client, table, patience_s=patience_s)

    def add(self, new: NamedKey) -> bool:
        """Keep a new key; False, and nothing is kept, if one of that `name_id` is not revoked."""
        name_row = _name_key(new.name_id) | {"digest": {"S": new.digest}}
        writes = [
            {"Put": {"Item": name_row, **_NOT_THERE}},
            {"Put": {"Item": _key_row(new), **_NOT_THERE}},
        ]
        patience = self._table.patience()
        while True:
            try:
                self._table.transact(writes)
            except ConditionError:
                if self._table.get(_name_key(new.name_id)) is not None:
                    return False
                patience.wait("others write all the time")
                continue
            return True

    def find(self, digest: str) -> NamedKey | None:
        """The key of a digest, revoked or not."""
        row = self._table.get(key(KEYS, digest))
        return None if row is None else _key_of(row)

    def all(self) -> list[NamedKey]:
        """All keys, also those that are revoked, in the order in which they were made."""
        return sorted(map(_key_of, self._table.query(KEYS)), key=lambda each: (each.made_at_s, each.name_id))

    def note_use(self, digest: str, at_s: float) -> None:
        """Keep when a key was last used; nothing if it is gone."""
        self._change(digest, last_used_at=at_s)

    def revoke(self, name_id: str, at_s: float) -> NamedKey | None:
        """Revoke the key of a name, and give it as it is now; None if there is none that is not revoked."""
        row = self._table.get(_name_key(name_id))
        found = None if row is None else self.find(row["digest"]["S"])
        if found is None:
            return None
        self._change(found.digest, revoked_at=at_s)
        # Only now may another key have the name; one that a crash has left before this has it for good.
        self._table.delete_many([_name_key(name_id)])
        return replace(found, revoked_at_s=at_s)

    def forget_revoked(self, before_s: float) -> None:
        """Forget the keys that were revoked before this time."""
        old = [each for each in self.all() if each.revoked_at_s is not None and each.revoked_at_s < before_s]
        self._table.delete_many([key(KEYS, each.digest) for each in old])

    def _change(self, digest: str, **times: float) -> None:
        """Set attributes of a key's row, whatever others set of it meanwhile; nothing if it is gone."""
        update = {
            "Key": key(KEYS, digest),
            "UpdateExpression": "SET " + ", ".join(f"{name} = :{name}" for name in times),
            "ExpressionAttributeValues": {f":{name}": {"N": repr(at_s)} for name, at_s in times.items()},
            **_THERE,
        }
        patience = self._table.patience()
        while True:
            try:
                self._table.transact([{"Update": update}])
            except ConditionError:
                if self.find(digest) is None:
                    return
                patience.wait("others write all the time")
                continue
            return


class DynamoAudit:
    """The audit's lines in a table, a row each."""

    def __init__(self, client: Any, table: str, *, patience_s: float = 20) -> None:
        self._table = Table(client, table, patience_s=patience_s)

    def add(self, lines: Sequence[AuditLine]) -> None:
        """Keep lines; one that is kept already stays as it is. They are durable on return."""
        self._table.put_many([_line_row(each) for each in lines])

    def page(self, *, after: str = "", limit: int = 100) -> list[AuditLine]:
        """The next lines, newest first, those behind the id `after`."""
        rows = self._table.query(AUDIT, after=after, at_once=limit)
        return [_line_of(row) for row in islice(rows, limit)]

    def expire(self, before_id: str) -> None:
        """Delete the lines that are older than one of this id would be."""
        old = list(islice(self._table.query(AUDIT, after=before_id, ProjectionExpression="pk, sk"), _AT_ONCE))
        self._table.delete_many(old)


def _name_key(name_id: str) -> Row:
    # Not the name itself: a key of the table has at most 1,024 bytes.
    return key(KEY_NAMES, hashlib.sha256(name_id.encode()).hexdigest())


def _key_row(named: NamedKey) -> Row:
    row = key(KEYS, named.digest) | {
        "name": {"S": named.name},
        "name_id": {"S": named.name_id},
        "role": {"S": str(named.role)},
        "made_at": {"N": repr(named.made_at_s)},
    }
    times = {"last_used_at": named.last_used_at_s, "revoked_at": named.revoked_at_s}
    return row | {name: {"N": repr(at_s)} for name, at_s in times.items() if at_s is not None}


def _key_of(row: Row) -> NamedKey:
    times = [float(row[name]["N"]) if name in row else None for name in ("last_used_at", "revoked_at")]
    name, name_id, role = (text_of(row, each) or "" for each in ("name", "name_id", "role"))
    return NamedKey(id_of(row), name, name_id, Role(role), float(row["made_at"]["N"]), *times)


def _line_row(line: AuditLine) -> Row:
    texts = {
        "name": line.caller.name,
        "role": str(line.caller.role),
        "call": line.call,
        "action": line.action,
        "subject": line.subject,
    }
    row = key(AUDIT, line.id) | {name: {"S": text} for name, text in texts.items()}
    return row | {"at": {"N": repr(line.at_s)}}


def _line_of(row: Row) -> AuditLine:
    name, role, call, action, subject = (
        text_of(row, each) or "" for each in ("name", "role", "call", "action", "subject")
    )
    return AuditLine(id_of(row), float(row["at"]["N"]), Caller(name, Role(role)), call, action, subject)
