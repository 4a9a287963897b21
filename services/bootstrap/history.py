"""Opening of the history."""

from __future__ import annotations

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


def open_history(settings: ApiCoreSettings, queue: MatchQueue) -> History:
    """The history, which tells its listeners even if it keeps nothing; nothing is opened yet.

    Raises InputError for a data folder that can't be written.
    """
    store = _open_rows(settings) if settings.history_days else NoRows()
    pictures = HistoryFiles(settings.history_pictures_path)
    return History(store, pictures, HistoryKeeper(store, queue), settings.history_days)


def keep_pictures(history: History, frames: FramePictures, cut_outs: CutOuts) -> None:
    """Let the history keep a picture of each showing from now on."""

    def cut(jpeg: bytes, box: Box) -> bytes:
        return cut_outs.boxed(jpeg, box).content

    history.keeper.listen(SeenPictures(frames, cut, history.pictures, history.store))


def _open_rows(settings: ApiCoreSettings) -> HistoryStore:
    make_folder(settings.data_dir)
    return SqliteHistory(settings.history_path)
