"""What an api remembers between requests: one process in its memory, several functions in Redis."""

from __future__ import annotations

from dataclasses import dataclass

from services.adapters.redis_shared import RedisAttempts, RedisStatuses, RedisUndo
from services.bootstrap.redis import connect_redis, keys_of
from services.bootstrap.settings import ApiCoreSettings
from services.core.cameras.ports import StatusStore
from services.core.cameras.status import CameraStatuses
from services.core.catalogue.undo import Undo, UndoStore
from services.core.key_attempts import Attempts, KeyAttempts


@dataclass(frozen=True, slots=True)
class SharedState:
    """What all who answer for one api must share."""

    undo: UndoStore
    attempts: KeyAttempts
    cameras: StatusStore


def in_memory(settings: ApiCoreSettings) -> SharedState:
    """The state of an api that is one process."""
    return SharedState(Undo(), Attempts(), CameraStatuses(most=settings.max_cameras))


def in_redis(settings: ApiCoreSettings) -> SharedState:
    """The state of an api of several functions; nothing is connected yet. Raises InputError."""
    client = connect_redis(settings.redis_url, cluster=settings.redis_cluster)
    keys = keys_of(settings)
    return SharedState(
        RedisUndo(client, keys=keys),
        RedisAttempts(client, keys=keys),
        RedisStatuses(client, keys=keys, most=settings.max_cameras),
    )
