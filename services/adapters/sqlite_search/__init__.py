"""The search among items by words and details, in a SQLite file beside the item store, or in memory."""

from services.adapters.sqlite_search.search import SqliteSearch

__all__ = ["SqliteSearch"]
