"""An HTTP API before the api function, as AWS has it: requests become events, large ones are refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from services.lambdas.api import ApiFunction
from tests.adapters.http_server.serving import serving
from tests.lambdas.function import Answered, FakeContext, http_event

# What Lambda takes as a request, as JSON.
MOST_BYTES = 6 * 1024 * 1024
# A server sets them itself.
_OWN = {"content-length", "connection", "date", "server"}


class Gateway:
    """An ASGI app that gives the function one event after another."""

    def __init__(self, function: ApiFunction) -> None:
        self._function, self._turn = function, threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope, receive)
            answer = await run_in_threadpool(self._answer, request, await request.body())
            await answer(scope, receive, send)

    def _answer(self, request: Request, body: bytes) -> Response:
        query, headers = request.url.query, dict(request.headers)
        event = http_event(
            request.url.path, request.method, query=query, body=body, key=None, headers=headers
        )
        if len(json.dumps(event)) > MOST_BYTES:
            return JSONResponse({"message": "Request Entity Too Large"}, 413)
        with self._turn:
            answered = Answered.of(self._function(event, FakeContext()))
        kept = {name: value for name, value in answered.headers.items() if name.lower() not in _OWN}
        return Response(answered.content, answered.status, kept)


@contextmanager
def behind_gateway(function: ApiFunction) -> Iterator[str]:
    """The address of the function's page."""
    with serving(Gateway(function)) as served:
        yield f"http://127.0.0.1:{served.port}"
