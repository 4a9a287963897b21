"""The rights of calls: each route names the one that its callers need, as a dependency."""

from __future__ import annotations

import hmac
import math
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from services.adapters.http_server.client_address import owner_of
from services.bootstrap.settings import ApiCoreSettings
from services.core.key_attempts import Attempts, KeyAttempts


@dataclass(frozen=True, slots=True)
class KeyRule:
    """The rule for calls that need the key: who sends them, and with which key; empty for none."""

    key: str
    # Host and port of the page's public address.
    public: str
    attempts: KeyAttempts

    def check(self, request: Request) -> None:
        """Raise HTTPException (401, 403 or 429) unless our own page or a program sends it, with the key."""
        host, origin = request.headers.get("host", ""), request.headers.get("origin")
        # With the port: other servers on this machine are other origins.
        if origin is not None and origin.partition("://")[2] not in (host, self.public):
            raise HTTPException(403, f"origin {origin[:100]!a} is not let in; only this api's own page may")
        if self.key:
            self._check_key(_given_key(request), request.client.host if request.client else "")

    def _check_key(self, given: str, client: str) -> None:
        # A request without a key is no guess: the page sends it before it has one.
        if given:
            is_right = hmac.compare_digest(given.encode(), self.key.encode())
            wait_s = math.ceil(self.attempts.take(owner_of(client), right=is_right))
            if wait_s:
                detail = f"too many wrong API keys came from here; try again in {wait_s} s"
                raise HTTPException(429, detail, {"Retry-After": str(wait_s)})
            if is_right:
                return
        detail = "the API key is missing or wrong; expected `Authorization: Bearer <key>`"
        raise HTTPException(401, detail, {"WWW-Authenticate": "Bearer"})


async def open_to_all() -> None:
    """Let in whoever reaches the page."""


async def key_needed(request: Request) -> None:
    """Let in our own page and programs, with the key if one is set; raises HTTPException."""
    rule = request.app.state.key_rule
    assert isinstance(rule, KeyRule)
    rule.check(request)


# A route's `dependencies`.
OPEN_TO_ALL = [Depends(open_to_all)]
KEY_NEEDED = [Depends(key_needed)]
_RIGHTS = {open_to_all, key_needed}


class OpenToAll:
    """A mounted app that whoever reaches the page may read; a mount has no dependencies."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        await self._app(scope, receive, send)


def install(app: FastAPI, settings: ApiCoreSettings, attempts: KeyAttempts | None = None) -> None:
    """Give the app's routes the rule for the key; wrong ones are counted in memory without `attempts`."""
    key, public = settings.api_key.get_secret_value(), urlsplit(settings.page_url).netloc
    app.state.key_rule = KeyRule(key, public, attempts or Attempts())


def check_named(app: FastAPI) -> None:
    """Raise RuntimeError for a route or a mount that does not name exactly one right."""
    if nameless := list(_nameless(app.routes)):
        raise RuntimeError(f"routes that name no right, or two: {', '.join(nameless)}")


def needs_key(dependant: Dependant | None) -> bool:
    """Whether the calls of a route need the key."""
    return key_needed in _named(dependant)


def _nameless(routes: list[BaseRoute]) -> Iterator[str]:
    for route in iter_route_contexts(routes):
        if isinstance(route.original_route, Mount):
            if not isinstance(route.original_route.app, OpenToAll):
                yield f"{route.path or '/'} (a mount)"
        elif len(_named(getattr(route, "dependant", None))) != 1:
            yield f"{' '.join(sorted(route.methods or ()))} {route.path}"


def _named(dependant: Dependant | None) -> list[object]:
    """The rights among a route's own dependencies."""
    return [each.call for each in dependant.dependencies if each.call in _RIGHTS] if dependant else []


def _given_key(request: Request) -> str:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""
