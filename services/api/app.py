"""The api put together: routers, guard, problem documents and the web page."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles
from prometheus_client import Gauge
from starlette.concurrency import run_in_threadpool

from common.version import VERSION
from services.adapters.prometheus_api import CamerasCollector, ShowingCounter
from services.api import (
    access,
    archive,
    camera_edits,
    cameras,
    devices,
    edits,
    feedback,
    feeds,
    guard,
    health,
    history,
    history_reports,
    history_review,
    images,
    item_batches,
    item_facets,
    item_health,
    items,
    matches,
    matches_stream,
    openapi,
    previews,
    rebuild,
    rights,
    samples,
    search,
    swagger,
    tables,
    teach,
)
from services.api.feeds import cameras_now
from services.api.hub import Hub
from services.api.keyed_answers import KeyedAnswers
from services.bootstrap.api import ApiParts
from services.bootstrap.item_health import watch_of
from services.bootstrap.samples import open_sample_task
from services.bootstrap.settings import ApiCoreSettings, ApiSettings
from services.contract import problems

WEB = Path(__file__).resolve().parents[2] / "web"


def build_app(settings: ApiSettings, parts: ApiParts, hub: Hub) -> FastAPI:
    """The process's app over wired parts."""
    checks = health.dependencies_of(parts)
    event_feeds = feeds.Feeds(parts, hub, watched=list(checks.values()))
    sample_task = open_sample_task(settings, parts.catalogue, turns=parts.turns)

    @contextlib.asynccontextmanager
    async def feeding(_app: FastAPI) -> AsyncIterator[None]:
        event_feeds.start()
        parts.link.start()
        for deliveries in parts.deliveries:
            deliveries.start()
        try:
            yield
        finally:
            parts.link.stop()
            await event_feeds.stop()
            await run_in_threadpool(sample_task.stop)
            await asyncio.gather(*(run_in_threadpool(each.stop) for each in parts.deliveries))
            if parts.live_redis is not None:
                parts.live_redis.close()

    Gauge("lookalike_api_streams", "Open event streams.", registry=parts.registry).set_function(
        lambda: len(hub)
    )
    parts.registry.register(CamerasCollector(lambda: cameras_now(parts)))
    if parts.history is not None:
        Gauge(
            "lookalike_api_history_failing", "1 while the history can't be written.", registry=parts.registry
        ).set_function(lambda: float(parts.history is not None and parts.history.keeper.trouble is not None))
        parts.history.keeper.listen(ShowingCounter(parts.registry))
    archives = archive.build_router(
        parts, folder=settings.data_dir, threads=settings.threads, exports=settings.max_exports
    )
    routers = [
        matches.build_router(parts),
        matches_stream.build_router(parts, hub),
        # Before the items: its path looks like an item's.
        item_health.build_router(parts, watch_of(parts)),
        *item_routers(parts, settings, archives),
        images.build_router(parts),
        cameras.build_router(parts),
        camera_edits.build_router(parts),
        devices.build_router(settings.device_mqtt_url, settings.mqtt_ca),
        previews.build_router(parts),
        *history_routers(parts),
        samples.build_router(parts, sample_task),
        health.build_router(parts, checks, ended=lambda: event_feeds.ended),
    ]
    return assemble(settings, parts, routers, lifespan=feeding)


def item_routers(parts: ApiParts, settings: ApiCoreSettings, archives: APIRouter) -> list[APIRouter]:
    """The routers of the catalogue and of searches, which are the same on every host but for archives."""
    return [
        feedback.build_router(parts),
        # Before the items: their paths look like an item's.
        rebuild.build_router(parts),
        archives,
        item_facets.build_router(parts),
        items.build_router(parts),
        tables.build_router(settings),
        edits.build_router(parts, settings),
        item_batches.build_router(parts),
        search.build_router(parts, settings),
        teach.build_router(parts, settings),
    ]


def history_routers(parts: ApiParts) -> list[APIRouter]:
    """The routers of the history."""
    # The showings last: the others' paths look like a showing's.
    return [each.build_router(parts) for each in (history_reports, history_review, history)]


def assemble(
    settings: ApiCoreSettings,
    parts: ApiParts,
    routers: Sequence[APIRouter],
    *,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
    policy: Callable[[], str] = guard.page_policy,
) -> FastAPI:
    """An app of these routers, with what all of them need: rights, problem documents, the page, the guard.

    `policy` gives the page's Content-Security-Policy.
    """
    app = FastAPI(
        title="Lookalike",
        version=VERSION,
        description=openapi.ABOUT,
        lifespan=lifespan,
        max_body_size=settings.max_body_mib * 2**20,
        # FastAPI's own redirects have absolute addresses; a proxy may serve us under any path.
        servers=[{"url": "."}],
        # Ours names its right, as all routes do.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    rights.install(app, settings, parts.state.attempts, parts.access.keys)
    problems.install(app)
    for router in (*routers, access.build_router(parts)):
        app.include_router(router)
    openapi.install(app)
    swagger.install(app)
    if WEB.is_dir():  # on AWS the page may come from elsewhere
        app.mount("/", rights.OpenToAll(StaticFiles(directory=WEB, html=True)), name="web")
    rights.check_named(app)
    app.add_middleware(KeyedAnswers, audit=parts.access.audit)
    # The page's texts are compressed for slow phone lines; pictures and streams are not.
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=6)
    app.add_middleware(guard.Guard, settings=settings, policy=policy)
    return app
