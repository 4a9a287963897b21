"""The wiring of the status function."""

from __future__ import annotations

from dataclasses import dataclass

from services.adapters.redis_shared import RedisPreviews, RedisReplies, RedisStatuses
from services.bootstrap.aws_settings import AwsSettings
from services.bootstrap.history_settings import HistorySettings
from services.bootstrap.lambdas.history import open_taker
from services.bootstrap.limit_settings import LimitSettings
from services.bootstrap.redis import connect_redis, keys_of
from services.bootstrap.settings import QueueSettings, load
from services.core.history.asked_pictures import PictureTaker


class StatusFunctionSettings(AwsSettings, HistorySettings, LimitSettings, QueueSettings):
    """The settings of the status function."""


@dataclass(frozen=True, slots=True)
class StatusFunctionParts:
    """The places of what cameras send, all but the last in Redis."""

    cameras: RedisStatuses
    replies: RedisReplies
    # None where they are switched off.
    previews: RedisPreviews | None
    # None where the history keeps none.
    pictures: PictureTaker | None


def status_parts() -> StatusFunctionParts:
    """Wire the status function from the environment; nothing is requested yet. Raises InputError."""
    settings = load(StatusFunctionSettings)
    client = connect_redis(settings.redis_url, cluster=settings.redis_cluster)
    keys = keys_of(settings)
    return StatusFunctionParts(
        RedisStatuses(client, keys=keys, most=settings.max_cameras),
        RedisReplies(client, keys=keys),
        RedisPreviews(client, keys=keys) if settings.previews else None,
        open_taker(settings, client, keys),
    )
