"""The api put together: routers, guard, problem documents and the web page."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles
from prometheus_client import Gauge

from common.version import VERSION
from services.api import (
    archive,
    cameras,
    edits,
    feedback,
    feeds,
    guard,
    health,
    images,
    items,
    matches,
    openapi,
    rebuild,
    rights,
    search,
    swagger,
    tables,
    teach,
)
from services.api.hub import Hub
from services.bootstrap.api import ApiParts
from services.bootstrap.settings import ApiSettings
from services.contract import problems

WEB = Path(__file__).resolve().parents[2] / "web"


def build_app(settings: ApiSettings, parts: ApiParts, hub: Hub) -> FastAPI:
    """The app over wired parts."""
    checks = health.dependencies_of(parts)
    event_feeds = feeds.Feeds(parts, hub, watched=list(checks.values()))

    @contextlib.asynccontextmanager
    async def feeding(_app: FastAPI) -> AsyncIterator[None]:
        event_feeds.start()
        parts.link.start()
        try:
            yield
        finally:
            parts.link.stop()
            await event_feeds.stop()
            await parts.live_redis.aclose()

    app = FastAPI(
        title="Lookalike",
        version=VERSION,
        description=openapi.ABOUT,
        lifespan=feeding,
        max_body_size=settings.max_body_mib * 2**20,
        # FastAPI's own redirects have absolute addresses; a proxy may serve us under any path.
        servers=[{"url": "."}],
        # Ours names its right, as all routes do.
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    rights.install(app, settings, parts.state.attempts)
    Gauge("lookalike_api_streams", "Open event streams.", registry=parts.registry).set_function(
        lambda: len(hub)
    )
    problems.install(app)
    for router in (
        matches.build_router(parts, hub),
        feedback.build_router(parts),
        # Before the items: its path looks like an item's.
        rebuild.build_router(parts),
        archive.build_router(
            parts, folder=settings.data_dir, threads=settings.threads, exports=settings.max_exports
        ),
        items.build_router(parts),
        images.build_router(parts),
        tables.build_router(settings),
        edits.build_router(parts, settings),
        search.build_router(parts, settings),
        cameras.build_router(parts),
        teach.build_router(parts, settings),
        health.build_router(parts, event_feeds, checks),
    ):
        app.include_router(router)
    openapi.install(app)
    swagger.install(app)
    app.mount("/", rights.OpenToAll(StaticFiles(directory=WEB, html=True)), name="web")
    rights.check_named(app)
    # The page's texts are compressed for slow phone lines; pictures and streams are not.
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=6)
    app.add_middleware(guard.Guard, settings=settings)
    return app
