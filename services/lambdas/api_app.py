"""The api function's app: the process' routes, but for those that a function can't answer."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from fastapi import FastAPI

from services.api import camera_edits, cameras, devices, guard, health, images, matches, previews
from services.api.app import assemble, history_routers, item_routers
from services.bootstrap.lambdas.api import ApiFunctionParts
from services.core.errors import UnavailableError
from services.lambdas import archive_routes, not_here
from services.lambdas.exchanged import MOST_BYTES

# All who poll share one call a second, through CloudFront.
POLLED = {"Cache-Control": "public, max-age=1"}


def build_app(parts: ApiFunctionParts) -> FastAPI:
    """The app over wired parts."""
    api, link = parts.api, parts.picture_link
    large = None if link is None else images.LargePictures(MOST_BYTES, link)
    checks = health.dependencies_of(api, disks=False)
    routers = [
        matches.build_router(api, headers=POLLED),
        not_here.build_stream_router(),
        not_here.build_item_health_router(),
        *item_routers(api, parts.settings, archive_routes.build_router(parts)),
        images.build_router(api, large=large),
        cameras.build_router(api, headers=POLLED),
        camera_edits.build_router(api),
        devices.build_router("", None),
        previews.build_router(api) if parts.settings.previews else not_here.build_preview_router(),
        *history_routers(api),
        not_here.build_samples_router(),
        health.build_router(
            api,
            checks,
            ended=lambda: None,
            uploads_above=MOST_BYTES if parts.exchange else None,
        ),
    ]
    return assemble(parts.settings, api, routers, policy=_policy_of(parts))


def _policy_of(parts: ApiFunctionParts) -> Callable[[], str]:
    """The policy of a page that this function sends: large files come from S3 and go there."""
    told: list[str] = []

    def policy() -> str:
        if not told:
            exchange, link = parts.exchange, parts.picture_link
            try:
                pictures = _origin(link(f"{0:064}.jpg")) if link else ""
                uploads = _origin(exchange.upload_link("x")) if exchange else ""
            except UnavailableError:  # no credentials yet
                return guard.page_policy()
            told.append(guard.page_policy(pictures=pictures, uploads=uploads))
        return told[0]

    return policy


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
