"""The clients' addresses as CloudFront tells them, and the refusal of requests that went around it."""

from __future__ import annotations

import hmac
import ipaddress

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from services.contract.problems import problem

ORIGIN, VIEWER = "x-lookalike-origin", "cloudfront-viewer-address"


class FromCloudFront:
    """ASGI middleware: with a key only requests that bear it pass, and their client is CloudFront's viewer.

    Without a key the client is who has connected to the HTTP API, and no header says otherwise.
    """

    def __init__(self, app: ASGIApp, *, key: str) -> None:
        self._app, self._key = app, key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if self._key and scope["type"] == "http":
            headers = Headers(scope=scope)
            if not hmac.compare_digest(headers.get(ORIGIN, "").encode(), self._key):
                refusal = problem(403, "this address is CloudFront's alone; use that of the page")
                await refusal(scope, receive, send)
                return
            if viewer := _address(headers.get(VIEWER, "")):
                scope = {**scope, "client": (viewer, 0)}
        await self._app(scope, receive, send)


def _address(text: str) -> str | None:
    """The address of `address:port`, None for anything else."""
    host = text.rpartition(":")[0].strip("[]")
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None
