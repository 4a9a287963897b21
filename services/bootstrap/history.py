"""Opening of the history."""

from __future__ import annotations

from collections.abc import Sequence

from services.adapters.history_files import HistoryFiles
from services.adapters.sqlite_history import SqliteHistory
from services.bootstrap.settings import ApiCoreSettings
from services.bootstrap.stores import make_folder
from services.core.history.history import History
from services.core.history.keeper import HistoryKeeper
from services.core.history.nothing import NoRows
from services.core.history.ports import HistoryPictures, HistoryStore, ShowingListener
from services.core.ports import MatchQueue


def open_history(
    settings: ApiCoreSettings, queue: MatchQueue, *, listeners: Sequence[ShowingListener] = ()
) -> History:
    """The history, which tells the listeners even if it keeps nothing; nothing is opened yet.

    Raises InputError for a data folder that can't be written.
    """
    store = _open_rows(settings) if settings.history_days else NoRows()
    pictures: HistoryPictures = HistoryFiles(settings.history_pictures_path)
    return History(store, pictures, HistoryKeeper(store, queue, listeners=listeners), settings.history_days)


def _open_rows(settings: ApiCoreSettings) -> HistoryStore:
    make_folder(settings.data_dir)
    return SqliteHistory(settings.history_path)
