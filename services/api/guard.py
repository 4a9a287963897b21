"""The guard before every route: hosts that are served, and the headers of all responses.

Without a key the api serves this machine alone, and a foreign page in the same browser must not reach it: a
DNS name that was redirected to 127.0.0.1 shows in Host. Origin is checked where a route asks for the key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.bootstrap.defaults import LOOPBACK
from services.bootstrap.settings import ApiCoreSettings
from services.contract.problems import problem

# No path of ours holds one, and logs and terminals should not either.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# The one page that other pages may frame, if a setting names their origins.
_EMBEDDED = "/embed.html"
_UNFRAMED = "frame-ancestors 'none'"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Revalidated each time: modules of two versions of the page must not mix.
    "Cache-Control": "no-cache",
}


def page_policy(*, pictures: str = "", uploads: str = "") -> str:
    """The page's Content-Security-Policy.

    `pictures` and `uploads` are the origins from which large pictures come and to which large files go, if
    these are not the api's own.
    """
    images, calls = (f" {origin}" if origin else "" for origin in (pictures, uploads))
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:{images}; "
        f"connect-src 'self'{calls}; manifest-src 'self'; base-uri 'none'; form-action 'none'; {_UNFRAMED}"
    )


def framed_by(policy: str, origins: Sequence[str]) -> str:
    """The policy of the one page that pages of these origins may frame."""
    return policy.replace(_UNFRAMED, f"frame-ancestors {' '.join(origins)}") if origins else policy


class Guard:
    """ASGI middleware that checks hosts and paths, and adds the headers that a response lacks."""

    def __init__(self, app: ASGIApp, *, settings: ApiCoreSettings, policy: Callable[[], str]) -> None:
        """`policy` gives the page's Content-Security-Policy."""
        self._app, self._policy = app, policy
        self._hosts = {*LOOPBACK, urlsplit(settings.page_url).hostname}
        self._embedding = settings.embedding
        self._loopback = settings.host in LOOPBACK

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", self._policy_of(scope["path"]))
            await send(message)

        refusal = self._refusal(Request(scope))
        await (refusal or self._app)(scope, receive, send_with_headers)

    def _policy_of(self, path: str) -> str:
        policy = self._policy()
        return framed_by(policy, self._embedding) if path.endswith(_EMBEDDED) else policy

    def _refusal(self, request: Request) -> Response | None:
        host = request.headers.get("host", "")
        if self._loopback and _hostname(f"//{host}") not in self._hosts:
            text = f"host {host[:100]!a} is not served here; set LOOKALIKE_PUBLIC_URL to the page's address"
            return problem(421, text)
        path = request.scope["path"]
        if _CONTROL.search(path):
            return problem(400, f"the path {path[:100]!a} holds a control character; expected none")
        return None


def _hostname(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
