"""The wiring of the check of the catalogue's health."""

from __future__ import annotations

from services.adapters import pillow_pictures
from services.adapters.sqlite_history import SqliteHistory
from services.bootstrap.api import ApiParts
from services.bootstrap.history_settings import history_file
from services.bootstrap.importing import open_reader
from services.bootstrap.settings import CliSettings
from services.core.catalogue.health.check import HealthCheck, Seen
from services.core.catalogue.health.watch import HealthWatch
from services.core.history.corrections import corrections
from services.core.history.ports import HistoryStore


def watch_of(parts: ApiParts) -> HealthWatch:
    """The check in the api process; pictures are decoded in turn with those of requests."""
    catalogue = parts.catalogue
    seen = _seen(None if parts.history is None else parts.history.store)
    check = HealthCheck(catalogue.store, catalogue.pictures, catalogue.decode, seen, {})
    return HealthWatch(check, catalogue.store.head)


def open_check(settings: CliSettings) -> HealthCheck:
    """The check of the command line, which only reads; the history counts where it is a file."""
    store, pictures = open_reader(settings)
    path = history_file(settings.data_dir)
    seen = _seen(SqliteHistory(path) if path.is_file() else None)
    return HealthCheck(store, pictures, pillow_pictures.decode, seen, {})


def _seen(history: HistoryStore | None) -> Seen:
    return Seen() if history is None else Seen(history.shown, lambda: corrections(history))
