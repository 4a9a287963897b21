"""The wiring of roles: named keys, the audit, and what anybody may see."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.adapters.sqlite_access import SqliteAudit, SqliteKeys, access_file
from services.bootstrap.settings import ApiCoreSettings
from services.bootstrap.stores import make_folder
from services.core.access.audit import Audit
from services.core.access.keys import Keys
from services.core.access.ports import AuditLog, KeyStore
from services.core.access.roles import Public


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call, and what they have changed."""

    keys: Keys
    audit: Audit
    public: Public
    # Whether there is an owner's key; without one everybody here is the owner.
    is_keyed: bool


def open_access(settings: ApiCoreSettings) -> Access:
    """The keys and the audit beside the items; nothing is opened yet. Raises InputError."""
    keys, lines = _stores(settings)
    return Access(Keys(keys), Audit(lines), settings.public, bool(settings.api_key.get_secret_value()))


def _stores(settings: ApiCoreSettings) -> tuple[KeyStore, AuditLog]:
    if settings.store.startswith("dynamodb://"):
        from services.bootstrap import aws

        return aws.open_access(settings.store)
    path: Path = settings.access_path
    make_folder(path.parent)
    file = access_file(path)
    return SqliteKeys(file), SqliteAudit(file)
