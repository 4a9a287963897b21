"""The history in a SQLite file of its own (WAL), beside the items'."""

from services.adapters.sqlite_history.store import SqliteHistory

__all__ = ["SqliteHistory"]
