"""Named keys and the audit in a SQLite file of their own (WAL), beside the items'."""

from services.adapters.sqlite_access.store import SqliteAudit, SqliteKeys, access_file

__all__ = ["SqliteAudit", "SqliteKeys", "access_file"]
