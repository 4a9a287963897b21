"""Wires the api process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import httpx
import redis.asyncio
from prometheus_client import CollectorRegistry

from services.adapters.mqtt import MqttClient
from services.adapters.redis_queue import RedisQueue
from services.adapters.search_client import SearchClient
from services.bootstrap.search import connect_redis, picture_urls
from services.bootstrap.settings import ApiSettings
from services.bootstrap.stores import open_catalogue
from services.core.cameras import Cameras
from services.core.catalogue import Catalogue
from services.core.domain import Item


@dataclass(frozen=True, slots=True)
class ApiParts:
    """What the api's entry point serves."""

    catalogue: Catalogue
    queue: RedisQueue
    live_redis: redis.asyncio.Redis
    cameras: Cameras
    subscriber: MqttClient
    search: SearchClient
    picture_url: Callable[[Item], str]
    registry: CollectorRegistry


def build_api(settings: ApiSettings) -> ApiParts:
    """Wire everything; only the catalogue is opened. Raises InputError for a catalogue of another model."""
    catalogue = open_catalogue(
        settings.store_path, settings.pictures_path, model=settings.model, threads=settings.threads
    )
    catalogue.check_model()
    cameras = Cameras()
    return ApiParts(
        catalogue=catalogue,
        queue=RedisQueue(connect_redis(settings.redis_url)),
        # No time limit on reading: between two matches a channel may be silent for long.
        live_redis=redis.asyncio.Redis.from_url(
            settings.redis_url, decode_responses=True, socket_connect_timeout=2, health_check_interval=5
        ),
        cameras=cameras,
        subscriber=MqttClient(
            settings.mqtt_url, filters=["lookalike/+/status"], qos=1, on_message=cameras.receive
        ),
        search=SearchClient(httpx.Client(base_url=settings.search_url, timeout=5)),
        picture_url=picture_urls(settings.page_url),
        registry=CollectorRegistry(),
    )
