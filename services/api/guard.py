"""The guard, closed by default: it decides which requests are let in.

Without a key the api serves this machine alone, and a foreign page in the same browser must not reach it:
its Origin is another one, and a DNS name that was redirected to 127.0.0.1 shows in Host.
"""

from __future__ import annotations

import hmac
import math
import re
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.key_lockout import Attempts
from services.bootstrap.defaults import LOOPBACK
from services.bootstrap.settings import ApiSettings
from services.contract.problems import problem

_SAFE = ("GET", "HEAD", "OPTIONS")
# POSTs that only read.
_READS = ("/matches",)
# GETs that are guarded like writes, because a camera's pictures are private.
_PRIVATE = re.compile(r"/cameras/[^/]*/preview/?")
# The router and a pattern of ours may disagree on these: a line's end passes `$`, for one.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Revalidated each time: modules of two versions of the page must not mix.
    "Cache-Control": "no-cache",
}


def is_guarded(method: str, path: str) -> bool:
    """Whether a call changes something or shows what a camera sees, so that it may ask for the key."""
    public = method in _SAFE and _PRIVATE.fullmatch(path) is None
    return not public and path not in _READS


class Guard:
    """ASGI middleware that checks each request, and adds the headers that a response lacks."""

    def __init__(self, app: ASGIApp, *, settings: ApiSettings) -> None:
        self._app = app
        self._key = settings.api_key.get_secret_value()
        self._attempts = Attempts()
        public = urlsplit(settings.page_url)
        self._hosts = {*LOOPBACK, public.hostname}
        self._public = public.netloc
        self._loopback = settings.host in LOOPBACK

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(request)
        await (refusal or self._app)(scope, receive, send_with_headers)

    def _refusal(self, request: Request) -> Response | None:
        host, origin = request.headers.get("host", ""), request.headers.get("origin")
        if self._loopback and _hostname(f"//{host}") not in self._hosts:
            text = f"host {host[:100]!a} is not served here; set LOOKALIKE_PUBLIC_URL to the page's address"
            return problem(421, text)
        path = request.scope["path"]
        if _CONTROL.search(path):
            return problem(400, f"the path {path[:100]!a} holds a control character; expected none")
        if not is_guarded(request.method, path):
            return None
        # With the port: other servers on this machine are other origins.
        if origin is not None and origin.partition("://")[2] not in (host, self._public):
            return problem(403, f"origin {origin[:100]!a} is not let in; only this api's own page may")
        return self._refuse_key(request) if self._key else None

    def _refuse_key(self, request: Request) -> Response | None:
        given, client = _given_key(request), request.client.host if request.client else ""
        # A request without a key is no guess: the page sends it before it has one.
        if given:
            wait_s = math.ceil(self._attempts.wait_s(client))
            if wait_s:
                response = problem(429, f"too many wrong API keys came from here; try again in {wait_s} s")
                response.headers["Retry-After"] = str(wait_s)
                return response
            if hmac.compare_digest(given.encode(), self._key.encode()):
                return None
            self._attempts.note_wrong(client)
        response = problem(401, "the API key is missing or wrong; expected `Authorization: Bearer <key>`")
        response.headers["WWW-Authenticate"] = "Bearer"
        return response


def _hostname(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _given_key(request: Request) -> str:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""
