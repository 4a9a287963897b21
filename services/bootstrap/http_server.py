"""The HTTP servers of api and search, made from the settings."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp

from services.adapters.http_server.connections import ConnectionLimits
from services.adapters.http_server.server import LimitedServer, ServedAt
from services.bootstrap.limit_settings import ConnectionSettings
from services.bootstrap.settings import ApiSettings, SearchSettings
from services.bootstrap.tls import Tls


def build_page_server(
    app: ASGIApp, settings: ApiSettings, tls: Tls | None, *, stopping: Callable[[], None]
) -> LimitedServer:
    """The api's server; `stopping` ends the event streams."""
    files = {"certificate": tls.certificate, "certificate_key": tls.key} if tls else {}
    at = ServedAt(settings.host, settings.port, proxies=tuple(settings.proxies), **files)
    # More than the wait for a preview.
    return LimitedServer(app, at, _limits(settings), graceful_s=3, stopping=stopping)


def build_search_server(app: ASGIApp, settings: SearchSettings) -> LimitedServer:
    """The search process's server."""
    return LimitedServer(
        app, ServedAt(settings.search_host, settings.search_port), _limits(settings), graceful_s=1
    )


def _limits(settings: ConnectionSettings) -> ConnectionLimits:
    return ConnectionLimits(
        in_all=settings.max_connections,
        each_address=settings.max_connections_per_address,
        head_s=settings.http_head_s,
        stall_s=settings.http_stall_s,
    )
