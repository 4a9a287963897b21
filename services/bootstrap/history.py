"""Opening of the history."""

from __future__ import annotations

import logging
import shutil

from common.box import Box
from services.adapters.history_files import HistoryFiles
from services.adapters.sqlite_history import SqliteHistory
from services.bootstrap.settings import ApiCoreSettings
from services.bootstrap.stores import make_folder
from services.core.cameras.ports import FramePictures
from services.core.catalogue.cut_outs import CutOuts
from services.core.history.history import History
from services.core.history.keeper import HistoryKeeper
from services.core.history.nothing import NoRows
from services.core.history.ports import HistoryStore
from services.core.history.seen_pictures import SeenPictures
from services.core.ports import MatchQueue

log = logging.getLogger(__name__)


def open_history(settings: ApiCoreSettings, queue: MatchQueue) -> History:
    """The history, which tells its listeners even if it keeps nothing; nothing is opened yet.

    With 0 days what was kept is deleted. Raises InputError for a data folder that can't be written.
    """
    pictures = HistoryFiles(settings.history_pictures_path)
    if settings.history_days:
        make_folder(settings.data_dir)
        store: HistoryStore = SqliteHistory(settings.history_path)
    else:
        _delete_all(settings)
        store = NoRows()
    return History(store, pictures, HistoryKeeper(store, queue), settings.history_days)


def keep_pictures(
    history: History, settings: ApiCoreSettings, frames: FramePictures, cut_outs: CutOuts
) -> None:
    """Let the history keep a picture of each showing from now on, unless the settings want none."""
    if not settings.history_days or not settings.history_pictures:
        return

    def cut(jpeg: bytes, box: Box) -> bytes:
        return cut_outs.boxed(jpeg, box).content

    history.keeper.listen(SeenPictures(frames, cut, history.pictures, history.store))


def _delete_all(settings: ApiCoreSettings) -> None:
    """Delete the files of an earlier history."""
    path = settings.history_path
    try:
        for each in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            each.unlink(missing_ok=True)
        if settings.history_pictures_path.is_dir():
            shutil.rmtree(settings.history_pictures_path)
    except OSError as error:
        log.warning("the history that was kept can't be deleted: %s", error)
