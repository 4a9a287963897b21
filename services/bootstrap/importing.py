"""The wiring of bulk imports and archives."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from services.adapters import pillow_pictures, pillow_views
from services.adapters.checked_http import PictureFetcher
from services.bootstrap.catalogue import open_featurizer
from services.bootstrap.local_points import open_describer
from services.bootstrap.settings import CliSettings
from services.bootstrap.stores import open_items, open_pictures
from services.core.catalogue.decode_turns import DecodeTurns
from services.core.importing.item_maker import Maker
from services.core.ports import Featurizer, ItemStore, PictureStore

if TYPE_CHECKING:
    from services.adapters.s3_source import S3Source


# Number of threads for pictures of the web and of S3, which mostly wait.
LOADERS = 8


def build_maker(
    featurizer: Featurizer, *, threads: int, loaders: int = LOADERS, turns: DecodeTurns | None = None
) -> Maker:
    """A maker of items with this featurizer, on the processors that its `threads` leave free."""
    free = len(os.sched_getaffinity(0)) - threads
    return Maker(
        featurizer=featurizer,
        decode=turns.of(pillow_pictures.decode) if turns else pillow_pictures.decode,
        shots=turns.of(pillow_views.views) if turns else pillow_views.views,
        describer=open_describer(),
        suffix=pillow_pictures.suffix_of,
        workers=max(1, free),
        loaders=loaders,
    )


def open_maker(settings: CliSettings) -> Maker:
    """A maker of items with the model of the settings."""
    featurizer = open_featurizer(settings.model, threads=settings.threads, provider=settings.provider)
    return build_maker(featurizer, threads=settings.threads)


def open_fetcher(settings: CliSettings) -> PictureFetcher:
    """The fetcher of pictures from the web."""
    return PictureFetcher(allow_private=settings.fetch_private)


def open_s3() -> S3Source:
    """The reader of files from S3."""
    from services.bootstrap import aws

    return aws.open_source()


def open_reader(settings: CliSettings) -> tuple[ItemStore, PictureStore]:
    """The stores, read-only; without the model, which a backup does not need."""
    return open_items(settings, writable=False), open_pictures(settings, writable=False)
