"""The wiring of the api function: what a process would remember is in Redis, and the search is in itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from common.setting_texts import default_in_words
from services.adapters.redis_shared import RedisPreviews, RedisReplies
from services.adapters.s3_exchange import LINK_S, S3Exchange
from services.adapters.s3_pictures import S3Pictures
from services.bootstrap import aws
from services.bootstrap.api import ApiParts, wire_api_core, with_cameras
from services.bootstrap.aws_settings import AwsSettings
from services.bootstrap.catalogue import open_catalogue, open_featurizer
from services.bootstrap.defaults import ANY_ADDRESS
from services.bootstrap.lambdas.common import FOLDER, CallTime, check_address, open_exchange
from services.bootstrap.lambdas.history import REPLY_BYTES, open_shared_history
from services.bootstrap.lambdas.late import LateFeaturizer, LateSearch
from services.bootstrap.redis import connect_redis, keys_of
from services.bootstrap.settings import ApiCoreSettings, load
from services.bootstrap.shared_state import in_redis
from services.core.cameras.edges import CameraEdges
from services.core.cameras.snapshots import Snapshots
from services.core.catalogue.decode_turns import DecodeTurns
from services.core.search.service import SearchService


class ApiFunctionSettings(AwsSettings, ApiCoreSettings):
    """The settings of the api function, which everybody can reach."""

    host: str = Field(next(iter(ANY_ADDRESS)), json_schema_extra=default_in_words("everywhere"))
    data_dir: Path = FOLDER

    @model_validator(mode="after")
    def _has_address(self) -> Self:
        check_address(self)
        return self


@dataclass(frozen=True, slots=True)
class ApiFunctionParts:
    """The parts of the api function.

    `calls` is told when a call begins. `exchange` has the files that are too large for a call, None without a
    place for them; `picture_link` gives an address of a picture by its key, None where they are not in S3.
    """

    settings: ApiFunctionSettings
    api: ApiParts
    calls: CallTime
    exchange: S3Exchange | None
    picture_link: Callable[[str], str] | None


def api_parts() -> ApiFunctionParts:
    """Wire the api function from the environment; nothing is requested yet. Raises InputError."""
    settings = load(ApiFunctionSettings)
    calls = CallTime()
    featurizer = LateFeaturizer(
        lambda: open_featurizer(settings.model, threads=settings.threads, provider=settings.provider)
    )
    core = wire_api_core(
        settings,
        open_catalogue(settings, featurizer=featurizer),
        state=in_redis(settings),
        search=LateSearch(lambda: _own_search(calls)),
        # There is one request at a time.
        turns=DecodeTurns(at_once=0),
    )
    link = aws.open_iot(settings.iot_endpoint)
    client = connect_redis(settings.redis_url, cluster=settings.redis_cluster)
    keys = keys_of(settings)
    core = replace(core, history=open_shared_history(settings, client, keys))
    replies = RedisReplies(client, keys=keys)

    def send(topic: str, command: bytes) -> bool:
        return link.publish(topic, command, qos=1)

    snapshots = Snapshots(send, replies, max_bytes=REPLY_BYTES)
    # The function has no right to statuses; what AWS IoT retains of one is read by nobody here.
    edges = CameraEdges(send, lambda _thing: None, replies, core.state.cameras, max_bytes=REPLY_BYTES)
    pictures = core.catalogue.pictures
    return ApiFunctionParts(
        settings,
        with_cameras(core, RedisPreviews(client, keys=keys), snapshots, edges, link),
        calls,
        open_exchange(settings.exchange_place),
        (lambda key: pictures.link(key, for_s=LINK_S)) if isinstance(pictures, S3Pictures) else None,
    )


def _own_search(calls: CallTime) -> SearchService:
    # Late: most calls search nothing.
    from prometheus_client import generate_latest

    from services.bootstrap.lambdas.search import search_parts
    from services.core.search.service import OwnSearch

    parts = search_parts()
    return OwnSearch(
        following=parts.following,
        answerer=parts.core.answerer,
        trials=parts.core.trials,
        left_s=calls.left_s,
        metrics_text=lambda: generate_latest(parts.core.registry).decode(),
    )
