"""The wiring of the search process."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Gauge

from common.wire import ASK_DETAILS, topic
from services.adapters.prometheus_index import IndexCollector
from services.adapters.prometheus_tally import PrometheusTally
from services.adapters.redis_queue import RedisQueue
from services.bootstrap.follower import open_follower, open_snapshots
from services.bootstrap.local_points import open_matcher
from services.bootstrap.picture_urls import picture_urls
from services.bootstrap.redis import open_queue
from services.bootstrap.settings import SearchCoreSettings, SearchSettings
from services.bootstrap.stores import open_items
from services.core.cameras.home_assistant import Announcer
from services.core.cameras.link import Connect, LiveLink
from services.core.dependency import Dependency
from services.core.ports import IndexFactory, ItemStore
from services.core.records import K
from services.core.search.answer import Answerer, AnswerListener
from services.core.search.camera_means import CameraMeans
from services.core.search.drops import Drops
from services.core.search.follow import Follower
from services.core.search.following import Following
from services.core.search.intake import Intake
from services.core.search.lookup import Lookup
from services.core.search.point_cache import PointCache
from services.core.search.second_look import SecondLook
from services.core.search.snapshot import SnapshotStore
from services.core.search.snapshot_keeper import SnapshotKeeper
from services.core.search.tally import Tally
from services.core.search.trial import Trials


@dataclass(frozen=True, slots=True)
class SearchCore:
    """The parts that answer observations, on any host, which has to call the follower."""

    follower: Following
    camera_means: CameraMeans
    answerer: Answerer
    # None on a host without OpenCV.
    second_look: SecondLook | None
    trials: Trials
    drops: Drops
    queue: RedisQueue
    registry: CollectorRegistry
    # None where no snapshots are kept.
    keeper: SnapshotKeeper | None = None


@dataclass(frozen=True, slots=True)
class SearchParts:
    """The parts that the search process's entry point runs."""

    core: SearchCore
    intake: Intake
    link: LiveLink
    queue_health: Dependency
    link_health: Dependency


def build_search_core(
    settings: SearchCoreSettings,
    *,
    listener: AnswerListener | None = None,
    ask_details: Callable[[str], object] = lambda _thing: None,
    make_index: IndexFactory | None = None,
    second_looks: bool = True,
    snapshots: SnapshotStore | None = None,
    snapshot_s: float = 0.0,
) -> SearchCore:
    """Wire the parts without a broker; nothing is connected yet. `listener` is called with each answer.

    `ask_details` asks a camera for local features of its next frame. The index is by default that of the
    settings. Without `second_looks`, which are taken in threads, there are no threads. The host has to call
    the keeper of `snapshots`, which writes one every `snapshot_s` at most.
    """
    store = open_items(settings, writable=False)
    camera_means = CameraMeans()
    follower, retrained = open_follower(
        settings, store, camera_means, make_index=make_index, snapshots=snapshots
    )
    queue = open_queue(settings)
    registry = CollectorRegistry()
    tally = PrometheusTally(registry)
    second_look = _open_second_look(store) if second_looks else None
    lookup = _lookup(settings, second_look, tally)
    Gauge(
        "lookalike_search_damaged_items", "Items left out because their rows are damaged.", registry=registry
    ).set_function(lambda: len(follower.damaged))
    registry.register(IndexCollector(lambda: follower.knn))
    drops = Drops(tally)
    answerer = Answerer(
        live=follower.live,
        lookup=lookup,
        queue=queue,
        drops=drops,
        listener=listener,
        ask_details=ask_details,
        camera_means=camera_means,
        retrained=retrained,
    )
    keeper = None
    if snapshots is not None and isinstance(follower, Follower):
        keeper = SnapshotKeeper(follower, snapshots, every_s=snapshot_s)
    return SearchCore(
        follower,
        camera_means,
        answerer,
        second_look,
        Trials(follower.live, lookup, queue, store),
        drops,
        queue,
        registry,
        keeper,
    )


def _lookup(settings: SearchCoreSettings, second_look: SecondLook | None, tally: Tally) -> Lookup:
    return Lookup(
        picture_url=picture_urls(settings.page_url),
        k=K,
        max_age_s=settings.max_age_s,
        second_look=second_look,
        tally=tally,
    )


def _open_second_look(store: ItemStore) -> SecondLook | None:
    matcher = open_matcher()
    if matcher is None:
        return None
    return SecondLook(PointCache(store.points), matcher, workers=len(os.sched_getaffinity(0)))


def build_search(settings: SearchSettings, connect: Connect) -> SearchParts:
    """Wire the process; nothing is connected yet. `connect` makes the link that receives observations."""
    # The link comes after the receiver of its messages, and publishes that receiver's answers.
    announcer = Announcer(lambda topic, payload: link.publish(topic, payload))
    core = build_search_core(
        settings,
        listener=announcer if settings.home_assistant else None,
        ask_details=lambda thing: link.publish(topic(thing, "command"), ASK_DETAILS, qos=1),
        snapshots=open_snapshots(settings),
        snapshot_s=settings.snapshot_s,
    )
    intake = Intake(
        core.answerer, core.drops, second_looks=core.second_look.workers if core.second_look else 1
    )
    Gauge(
        "lookalike_search_overloaded",
        "1 while more observations come than are answered.",
        registry=core.registry,
    ).set_function(lambda: intake.is_overloaded)
    link = connect(intake.receive)
    queue_health = Dependency("match queue", core.queue.check)
    # The connection has a log of its own.
    link_health = Dependency("broker", link.check, logs=False)
    return SearchParts(core, intake, link, queue_health, link_health)
