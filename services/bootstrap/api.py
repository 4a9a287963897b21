"""The wiring of the api process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import redis
from prometheus_client import CollectorRegistry, Counter

from common.wire import topic
from services.adapters import pillow_pictures
from services.adapters.checked_http import PictureFetcher
from services.adapters.redis_queue import SILENT_S, RedisQueue
from services.adapters.search_client import SearchClient
from services.bootstrap.access import Access, open_access
from services.bootstrap.acting import open_deliveries
from services.bootstrap.catalogue import open_catalogue
from services.bootstrap.finder import open_finder
from services.bootstrap.history import keep_pictures, open_history
from services.bootstrap.own_clients import own_client
from services.bootstrap.picture_urls import picture_urls
from services.bootstrap.redis import open_queue
from services.bootstrap.settings import ApiCoreSettings
from services.bootstrap.shared_state import SharedState, in_memory
from services.core.acting.deliveries import Deliveries
from services.core.cameras.clocks import ClockOffsets
from services.core.cameras.edges import CameraEdges
from services.core.cameras.frame_pictures import AskedFramePictures
from services.core.cameras.link import CameraLink, Connect, LiveLink
from services.core.cameras.ports import FramePictures, PreviewStore, StatusStore
from services.core.cameras.previews import Previews
from services.core.cameras.replies import LocalReplies
from services.core.cameras.snapshots import Snapshots
from services.core.catalogue.batches import BatchEditor
from services.core.catalogue.cut_outs import CutOuts
from services.core.catalogue.decode_turns import DecodeTurns
from services.core.catalogue.edits import Editor
from services.core.catalogue.finder import ItemFinder
from services.core.catalogue.items import Catalogue
from services.core.catalogue.kept_items import FiledItems
from services.core.catalogue.same_pictures import SamePictures
from services.core.catalogue.thumbnails import Thumbnails
from services.core.catalogue.unused_pictures import UnusedPictures
from services.core.domain import ItemFacts
from services.core.history.history import History
from services.core.search.service import SearchService

FETCH_S = 20.0


@dataclass(frozen=True, slots=True)
class ApiCore:
    """The parts that serve items, matches and searches, on any host."""

    catalogue: Catalogue
    editor: Editor
    batches: BatchEditor
    finder: ItemFinder
    cut_outs: CutOuts
    fetcher: PictureFetcher
    queue: RedisQueue
    # None on a host without event streams.
    live_redis: redis.Redis | None
    search: SearchService
    same_pictures: SamePictures
    picture_url: Callable[[ItemFacts], str]
    thumbnails: Thumbnails
    turns: DecodeTurns
    # None where they are kept.
    unused: UnusedPictures | None
    state: SharedState
    access: Access
    # None on a host where nothing follows the records.
    history: History | None
    # One for each webhook.
    deliveries: tuple[Deliveries, ...]
    registry: CollectorRegistry


@dataclass(frozen=True, slots=True)
class ApiParts(ApiCore):
    """The same with the cameras' states, and the link to them."""

    cameras: StatusStore
    clocks: ClockOffsets
    previews: PreviewStore
    snapshots: Snapshots
    edges: CameraEdges
    frames: FramePictures
    link: LiveLink


def build_api_core(settings: ApiCoreSettings, state: SharedState | None = None) -> ApiCore:
    """Wire the parts without a broker; only the catalogue is opened. Raises InputError for another model.

    The `state` is in memory by default.
    """
    catalogue = open_catalogue(settings)
    catalogue.check_model()
    live_redis = redis.Redis.from_url(
        settings.redis_url, decode_responses=True, socket_connect_timeout=2, socket_timeout=SILENT_S
    )
    core = wire_api_core(
        settings,
        catalogue,
        state=state or in_memory(settings),
        search=SearchClient(own_client(settings.search_url, timeout_s=5)),
        turns=DecodeTurns(at_once=settings.decodes),
    )
    history = open_history(settings, core.queue)
    deliveries = open_deliveries(settings, core.registry, history)
    finder = open_finder(settings, catalogue.store, shown=history.store.shown)
    return replace(core, live_redis=live_redis, history=history, deliveries=deliveries, finder=finder)


def wire_api_core(
    settings: ApiCoreSettings,
    catalogue: Catalogue,
    *,
    state: SharedState,
    search: SearchService,
    turns: DecodeTurns,
) -> ApiCore:
    """Wire the parts around a catalogue, for any host; without event streams, history and webhook."""
    catalogue = replace(catalogue, decode=turns.of(catalogue.decode), shots=turns.of(catalogue.shots))
    thumbnails = Thumbnails(catalogue.pictures, turns.of(pillow_pictures.shrink))
    registry = CollectorRegistry()
    foreign = Counter(
        "lookalike_api_foreign_records",
        "Match records of other programs, each time that they were passed over.",
        registry=registry,
    )
    return ApiCore(
        catalogue=catalogue,
        editor=Editor(catalogue, state.undo),
        batches=BatchEditor(catalogue, state.undo, file=lambda: FiledItems(settings.data_dir)),
        finder=open_finder(settings, catalogue.store),
        cut_outs=CutOuts(catalogue.decode, pillow_pictures.encode, catalogue.featurizer),
        # The request's sender waits for this answer.
        fetcher=PictureFetcher(allow_private=settings.fetch_private, total_s=FETCH_S),
        queue=open_queue(settings, on_foreign=foreign.inc),
        live_redis=None,
        search=search,
        same_pictures=SamePictures(catalogue.store, search.near),
        picture_url=picture_urls(settings.page_url),
        thumbnails=thumbnails,
        turns=turns,
        unused=None
        if not settings.collect_pictures
        else UnusedPictures(
            catalogue.store,
            catalogue.pictures,
            state.undo,
            forget=thumbnails.forget,
            # A file has this process as its one writer.
            shared=settings.store.startswith("dynamodb://"),
        ),
        state=state,
        access=open_access(settings),
        history=None,
        deliveries=(),
        registry=registry,
    )


def build_api(settings: ApiCoreSettings, connect: Connect, state: SharedState | None = None) -> ApiParts:
    """Wire the whole api; `connect` makes the link to the cameras. Raises InputError as the core does."""
    core = build_api_core(settings, state)
    previews = Previews()
    replies = LocalReplies()

    def send(topic: str, command: bytes) -> bool:
        return link.publish(topic, command, qos=1)

    snapshots = Snapshots(send, replies)
    edges = CameraEdges(send, lambda thing: take_back_status(link, thing), replies, core.state.cameras)

    def receive(topic: str, payload: bytes) -> None:
        readers = {"preview": previews.receive, "reply": replies.receive}
        readers.get(topic.split("/")[2], core.state.cameras.receive)(topic, payload)

    link = connect(receive)
    parts = with_cameras(core, previews, snapshots, edges, link)
    if parts.history is not None:
        keep_pictures(parts.history, settings, parts.frames, parts.cut_outs)
    return parts


def take_back_status(link: CameraLink, thing: str) -> None:
    """Remove a thing's retained status from the broker."""
    link.publish(topic(thing, "status"), b"", qos=1, within_s=1.0, retained=True)


def with_cameras(
    core: ApiCore, previews: PreviewStore, snapshots: Snapshots, edges: CameraEdges, link: LiveLink
) -> ApiParts:
    """The whole api: its core, and the ways to and from the cameras."""
    shared = {field.name: getattr(core, field.name) for field in fields(core)}
    return ApiParts(
        **shared,
        cameras=core.state.cameras,
        clocks=ClockOffsets(core.queue),
        previews=previews,
        snapshots=snapshots,
        edges=edges,
        frames=AskedFramePictures(snapshots, core.state.cameras, previews),
        link=link,
    )
