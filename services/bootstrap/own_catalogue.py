"""The wiring of the catalogue for the command line, while no system runs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from services.adapters.sqlite_search import SqliteSearch
from services.bootstrap.catalogue import open_catalogue, open_featurizer
from services.bootstrap.lambdas.late import LateFeaturizer
from services.bootstrap.settings import CliSettings
from services.core.catalogue.batches import BatchEditor
from services.core.catalogue.finder import ItemFinder
from services.core.catalogue.kept_items import FiledItems
from services.core.catalogue.undo import Undo


@dataclass(frozen=True, slots=True)
class OwnCatalogue:
    """What finds items by words, and what changes many of them."""

    finder: ItemFinder
    batches: BatchEditor


def open_own_catalogue(settings: CliSettings, *, writable: bool) -> OwnCatalogue:
    """The catalogue of the settings; the words of all items are read into memory when they are needed."""
    featurizer = LateFeaturizer(
        lambda: open_featurizer(settings.model, threads=settings.threads, provider=settings.provider)
    )
    catalogue = open_catalogue(settings, writable=writable, featurizer=featurizer)
    return OwnCatalogue(
        ItemFinder(catalogue.store, SqliteSearch(None), wait_s=math.inf),
        BatchEditor(catalogue, Undo(), file=lambda: FiledItems(settings.data_dir)),
    )
