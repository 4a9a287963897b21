"""Opening of the search among items by words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from services.adapters.sqlite_search import SqliteSearch
from services.bootstrap.settings import ApiCoreSettings
from services.bootstrap.stores import make_folder
from services.core.catalogue.finder import ItemFinder
from services.core.ports import ItemStore


def open_finder(
    settings: ApiCoreSettings, store: ItemStore, *, shown: Callable[[], Mapping[str, int]] = dict
) -> ItemFinder:
    """What finds items by words, in a file of the data folder; nothing is opened yet.

    Raises InputError for a data folder that can't be written.
    """
    make_folder(settings.data_dir)
    return ItemFinder(store, SqliteSearch(settings.data_dir / "items-search.sqlite"), shown=shown)
