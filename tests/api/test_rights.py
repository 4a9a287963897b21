"""Each route names its right, and no form of a request gets past it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from unittest.mock import MagicMock
from urllib.parse import unquote

import pytest
from fastapi import FastAPI, HTTPException, Request
from fastapi.routing import iter_route_contexts
from fastapi.staticfiles import StaticFiles
from pydantic import SecretStr

from services.api import rights
from services.api.app import WEB, build_app
from services.api.hub import Hub
from services.bootstrap.settings import ApiSettings
from services.core.errors import UnavailableError
from services.core.key_attempts import LIMIT, Attempts

PARTS = MagicMock()
PARTS.catalogue.store.facts.return_value = [None]  # the answer of an empty store
APP = build_app(ApiSettings(api_key=SecretStr("s3cret")), PARTS, Hub())
# Parameters of a path that each route takes.
FILLED = {"{thing}": "cam-1", "{item_id}": "mug-7", "{n}": "1", "{record_id}": "7", "{showing_id}": "7"}
OPEN = {
    *("POST /matches", "GET /matches", "GET /matches/stream", "GET /cameras"),
    *("GET /items", "GET /items/{item_id}", "GET /items/{item_id}/image", "GET /samples"),
    *("GET /items/facets", "GET /items/export"),
    *("GET /healthz", "GET /alive", "GET /metrics", "GET /docs", "GET /openapi.json"),
}


def guarded() -> dict[str, Any]:
    """The calls that need the key, each with its endpoint."""
    return {
        f"{method} {route.path}": route.endpoint
        for route in iter_route_contexts(APP.routes)
        for method in route.methods or ()
        if rights.needs_key(route.dependant)
    }


def test_reading_is_open_and_all_else_needs_the_key() -> None:
    rights.check_named(APP)
    routes = iter_route_contexts(APP.routes)
    calls = {f"{method} {route.path}" for route in routes for method in route.methods or ()}
    assert calls - guarded().keys() == OPEN
    assert {"GET /items/archive", "GET /cameras/{thing}/preview"} <= guarded().keys()


def test_an_app_with_a_route_that_names_no_right_or_two_is_refused() -> None:
    app = FastAPI(openapi_url=None)

    @app.get("/both", dependencies=rights.OPEN_TO_ALL + rights.KEY_NEEDED)
    @app.get("/neither")
    @app.get("/one", dependencies=rights.KEY_NEEDED)
    def call() -> None: ...

    app.mount("/shown", rights.OpenToAll(StaticFiles(directory=WEB)))
    app.mount("/files", StaticFiles(directory=WEB))
    with pytest.raises(RuntimeError) as refusal:
        rights.check_named(app)
    told = str(refusal.value)
    assert all(name in told for name in ("GET /both", "GET /neither", "/files (a mount)"))
    assert "/one" not in told
    assert "/shown" not in told


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
    ],
)
def test_wrong_keys_count_by_the_owner_of_an_address(one: str, other: str, same: bool) -> None:
    rule = rights.KeyRule("s3cret", "", Attempts())

    def answer(client: str) -> int:
        headers = [(b"authorization", b"Bearer guess")]
        with pytest.raises(HTTPException) as refused:
            rule.check(Request({"type": "http", "headers": headers, "client": (client, 1)}))
        return refused.value.status_code

    assert [answer(one) for _ in range(LIMIT)] == [401] * LIMIT
    assert answer(other) == (429 if same else 401)


def mutations(path: str) -> Iterator[str]:
    """Other forms of a path, percent-encoded, that a router or a proxy may take for the same."""
    yield path
    ends = ("/", "//", "/.", "/..", "?", "?key=s3cret", "#", ";a=b", ".json")
    yield from (path + end for end in (*ends, *map(coded, "\n\r\t\0 ./?#\\é")))
    yield from (f"/{path}", f"/.{path}", f"/x/..{path}", f"/x/%2e%2e{path}", f"/%2e{path}", path.upper())
    yield from (path.replace("/", "//"), path.replace("/", "%2F"), "/" + path[1:].replace("/", "%2f"))
    yield from (path.replace("/", "/%0A"), path.replace("/", "/./"), path.replace("/", "\\"))
    yield "".join(coded(letter) if letter != "/" else letter for letter in path)
    yield f"http://127.0.0.1{path}"


def coded(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


async def ask(method: str, target: str, *headers: tuple[bytes, bytes]) -> tuple[int, Any]:
    """The status and the endpoint of a request whose target uvicorn would read so."""
    raw, _, query = target.partition("?")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), *headers],
        "client": ("127.0.0.1", 1),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await APP(scope, receive, send)
    return sent[0]["status"], scope.get("endpoint")


@pytest.mark.parametrize("call", guarded())
def test_no_form_of_a_request_reaches_a_guarded_call_without_the_key(call: str) -> None:
    method, _, path = call.partition(" ")
    for parameter, value in FILLED.items():
        path = path.replace(parameter, value)
    closed = set(guarded().values())

    async def try_all() -> int:
        refused = 0
        overriding = (b"x-http-method-override", method.encode()), (b"x-original-url", path.encode())
        for target in mutations(path):
            for way in {method, "HEAD", "OPTIONS", "TRACE", method.lower()}:
                status, endpoint = await ask(way, target, *overriding)
                if endpoint in closed:
                    assert status in (400, 401, 405), (way, target)
                    refused += status == 401
                elif way == method and method != "GET":
                    assert status >= 400, (way, target)
        return refused

    # The path itself, with a query, and with its letters encoded.
    assert asyncio.run(try_all()) >= 4


def test_a_key_that_can_not_be_counted_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    away = UnavailableError("Redis: no answer in time")
    monkeypatch.setattr(PARTS.state.attempts, "take", MagicMock(side_effect=away))
    right = b"authorization", b"Bearer s3cret"
    status, _endpoint = asyncio.run(ask("DELETE", "/items/mug-7", right))
    assert (status, PARTS.editor.delete.called) == (503, False)
