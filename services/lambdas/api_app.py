"""The api function's app: the process' routes, but for those that a function can't answer."""

from __future__ import annotations

from fastapi import FastAPI

from services.api import cameras, devices, health, images, matches, previews
from services.api.app import assemble, item_routers
from services.bootstrap.lambdas.api import ApiFunctionParts
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
        *item_routers(api, parts.settings, archive_routes.build_router(parts)),
        images.build_router(api, large=large),
        cameras.build_router(api, headers=POLLED),
        devices.build_router("", None),
        previews.build_router(api) if parts.settings.previews else not_here.build_preview_router(),
        health.build_router(api, checks, ended=lambda: None),
    ]
    return assemble(parts.settings, api, routers)
