"""The item store in a SQLite file (WAL): one process writes, any number read."""

from services.adapters.sqlite_items.store import SqliteItems

__all__ = ["SqliteItems"]
