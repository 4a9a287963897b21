"""The wiring of the import function, which may take fifteen minutes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.adapters.redis_shared import RedisUndo
from services.adapters.s3_exchange import S3Exchange
from services.bootstrap.aws_settings import AwsSettings
from services.bootstrap.catalogue import open_catalogue
from services.bootstrap.importing import open_maker
from services.bootstrap.lambdas.common import FOLDER, CallTime, open_exchange
from services.bootstrap.redis import connect_redis, keys_of
from services.bootstrap.settings import CliSettings, load
from services.core.catalogue.items import Catalogue
from services.core.catalogue.unused_pictures import UnusedPictures
from services.core.errors import InputError
from services.core.importing.item_maker import Maker


class ImportFunctionSettings(AwsSettings, CliSettings):
    """The settings of the import function."""

    data_dir: Path = FOLDER


@dataclass(frozen=True, slots=True)
class ImportFunctionParts:
    """The parts of the import function; `calls` is told when a call begins."""

    settings: ImportFunctionSettings
    maker: Maker
    catalogue: Catalogue
    unused: UnusedPictures
    exchange: S3Exchange
    calls: CallTime


def import_parts() -> ImportFunctionParts:
    """Wire the import function from the environment; nothing is requested yet. Raises InputError."""
    settings = load(ImportFunctionSettings)
    exchange = open_exchange(settings.exchange_place)
    if exchange is None:
        raise InputError("LOOKALIKE_EXCHANGE is required in this function: s3://BUCKET/PREFIX")
    maker = open_maker(settings)
    catalogue = open_catalogue(settings, featurizer=maker.featurizer)
    client = connect_redis(settings.redis_url, cluster=settings.redis_cluster)
    undo = RedisUndo(client, keys=keys_of(settings))
    # All that can be undone is in that Redis.
    unused = UnusedPictures(catalogue.store, catalogue.pictures, undo, shared=False)
    return ImportFunctionParts(settings, maker, catalogue, unused, exchange, CallTime())
