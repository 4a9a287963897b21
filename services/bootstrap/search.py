"""Wires the search process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import redis
from prometheus_client import CollectorRegistry

from services.adapters.faiss_index import FaissIndex
from services.adapters.mqtt import MqttClient
from services.adapters.prometheus_tally import PrometheusTally
from services.adapters.redis_queue import RedisQueue
from services.bootstrap.settings import SearchSettings
from services.bootstrap.stores import open_items
from services.core.cameras.home_assistant import Announcer
from services.core.domain import ItemFacts
from services.core.search.answer import Answerer
from services.core.search.drops import Drops
from services.core.search.follow import Follower
from services.core.search.intake import Intake
from services.core.search.lookup import Lookup

# How many items a record holds.
K = 6


@dataclass(frozen=True, slots=True)
class SearchParts:
    """What the search's entry point drives."""

    follower: Follower
    answerer: Answerer
    intake: Intake
    queue: RedisQueue
    subscriber: MqttClient
    registry: CollectorRegistry


def build_search(settings: SearchSettings) -> SearchParts:
    """Wire everything; nothing is connected yet."""
    store = open_items(settings, writable=False)
    follower = Follower(store, make_index=lambda _model, dim: FaissIndex(dim=dim, threads=settings.threads))
    queue = RedisQueue(connect_redis(settings.redis_url))
    lookup = Lookup(picture_url=picture_urls(settings.page_url), k=K, max_age_s=settings.max_age_s)
    registry = CollectorRegistry()
    # The connection comes after what hears its messages, and publishes what that answers.
    announcer = Announcer(lambda topic, payload: subscriber.publish(topic, payload))
    drops = Drops(PrometheusTally(registry))
    answerer = Answerer(
        live=follower.live,
        lookup=lookup,
        queue=queue,
        drops=drops,
        listener=announcer if settings.home_assistant else None,
    )
    intake = Intake(answerer, drops)
    subscriber = MqttClient(
        settings.mqtt_url,
        filters=_filters(settings),
        qos=0,
        on_message=intake.receive,
        files=settings.mqtt_files,
    )
    return SearchParts(follower, answerer, intake, queue, subscriber, registry)


def connect_redis(url: str) -> redis.Redis:
    """A client with short time limits: a frame is not worth waiting for."""
    return redis.Redis.from_url(url, decode_responses=True, socket_timeout=2, socket_connect_timeout=2)


def picture_urls(page_url: str) -> Callable[[ItemFacts], str]:
    """The absolute address of an item's picture; it changes with the picture, so that it can be cached."""
    return lambda item: f"{page_url}/items/{quote(item.id, safe='')}/image?v={item.picture[:12]}"


def _filters(settings: SearchSettings) -> list[str]:
    # Shared, so that any number of search processes split the cameras' frames among them. A group for each
    # filter, because in rumqttd a group has one: the second would be accepted and never served.
    filters = ["$share/search/lookalike/+/features", "$share/search-infer/lookalike/+/infer"]
    # Not shared: Mosquitto accepts a group on a topic that begins with a $, and never serves it.
    return filters + ["$aws/things/+/infer"] * settings.mqtt_aws_topic
