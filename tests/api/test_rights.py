"""Each route names its right, and no form of a request gets past it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock
from urllib.parse import unquote

import pytest
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from fastapi.staticfiles import StaticFiles
from pydantic import SecretStr

from services.api import rights
from services.api.app import WEB, build_app
from services.api.hub import Hub
from services.bootstrap.lambdas.api import ApiFunctionSettings
from services.bootstrap.settings import ApiSettings
from services.core.access.keys import Keys
from services.core.access.roles import Public, Role
from services.core.errors import UnavailableError
from services.core.key_attempts import LIMIT, Attempts
from services.lambdas.api_app import build_app as build_function_app
from tests.fake_access import FakeKeys

PARTS = MagicMock()
PARTS.catalogue.store.facts.return_value = [None]  # the answer of an empty store
PARTS.access.keys = Keys(FakeKeys())
APP = build_app(ApiSettings(api_key=SecretStr("s3cret")), PARTS, Hub())
# Values of parameters that a path takes; others are numbers.
FILLED = {"thing": "cam-1", "item_id": "mug-7"}
SECURITY = Path(__file__).parents[2] / "docs" / "security.md"
# The role from which a right is given, by what anybody may see.
LEAST: dict[str, tuple[Role | None, Role | None, Role | None]] = {
    "open": (None, None, None),
    "matches": (Role.VIEWER, None, None),
    "catalogue": (Role.VIEWER, Role.VIEWER, None),
    "view": (Role.VIEWER, Role.VIEWER, Role.VIEWER),
    "work": (Role.STAFF, Role.STAFF, Role.STAFF),
    "change": (Role.STAFF, Role.STAFF, Role.STAFF),
    "own": (Role.OWNER, Role.OWNER, Role.OWNER),
}


def told_rights() -> dict[str, str]:
    """The right of each call, as docs/security.md says."""
    row = re.compile(r"^\| ((?:GET|POST|PUT|PATCH|DELETE) \S+) \| (\w+) \|", re.MULTILINE)
    return dict(row.findall(SECURITY.read_text(encoding="utf-8")))


def named_rights(app: FastAPI) -> dict[str, rights.CallRight]:
    """The right of each call, as its route names it."""
    found = {
        f"{method} {route.path}": rights.right_of(getattr(route, "dependant", None))
        for route in iter_route_contexts(app.routes)
        for method in route.methods or ()
    }
    return {call: right for call, right in found.items() if right is not None}


def filled(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda name: FILLED.get(name[1], "7"), path)


def guarded() -> dict[str, Any]:
    """The calls that need the key, each with its endpoint."""
    return {
        f"{method} {route.path}": route.endpoint
        for route in iter_route_contexts(APP.routes)
        for method in route.methods or ()
        if rights.needs_key(route.dependant)
    }


def test_the_right_of_each_call_is_that_of_its_row_in_docs_security() -> None:
    rights.check_named(APP)
    parts = MagicMock()
    parts.settings = ApiFunctionSettings(api_key=SecretStr("s3cret"), public_url="https://shop.example")
    on_aws = build_function_app(parts)
    rights.check_named(on_aws)
    told = told_rights()
    for app in (APP, on_aws):
        named = {call: right.name for call, right in named_rights(app).items()}
        assert {call: told.get(call, "no row: add one to docs/security.md") for call in named} == named
    assert told.keys() == named_rights(APP).keys() | named_rights(on_aws).keys()


def probe(shown: Public, keys: Keys) -> FastAPI:
    """An app with the calls and rights of ours, of which each answers with the caller's role at once."""
    app = FastAPI(openapi_url=None)

    def answer(request: Request) -> str:
        caller = rights.caller(request)
        return "nobody" if caller is None else caller.role

    for route in iter_route_contexts(APP.routes):
        dependant: Dependant | None = getattr(route, "dependant", None)
        if dependant is not None and route.path is not None:
            right = Depends(dependant.dependencies[0].call)
            app.add_api_route(route.path, answer, methods=list(route.methods or ()), dependencies=[right])
    rights.install(app, ApiSettings(api_key=SecretStr("s3cret"), public=shown), keys=keys)
    return app


@pytest.mark.parametrize("shown", list(Public))
def test_each_role_may_call_what_its_right_says_and_nothing_else(shown: Public) -> None:
    keys = Keys(FakeKeys())
    given: dict[str, str | None] = {role: keys.add(role + "s", role)[1] for role in (Role.VIEWER, Role.STAFF)}
    given |= {Role.OWNER: "s3cret", "nobody": None, "revoked": keys.add("gone", Role.STAFF)[1]}
    keys.revoke("gone")
    app = probe(shown, keys)
    wrong = []

    async def walk() -> None:
        for call, right in named_rights(APP).items():
            method, _, path = call.partition(" ")
            least = LEAST[right.name][list(Public).index(shown)]
            for who, key in given.items():
                headers = () if key is None else ((b"authorization", f"Bearer {key}".encode()),)
                status, _endpoint = await ask(method, filled(path), *headers, app=app)
                if least is None or (who in list(Role) and Role(who).covers(least)):
                    expected = 200
                else:
                    expected = 403 if who in list(Role) else 401
                if status != expected:
                    wrong.append((call, who, status))

    asyncio.run(walk())
    assert wrong == []


def test_who_is_refused_is_told_why() -> None:
    keys = Keys(FakeKeys())
    _, viewers = keys.add("Anna", Role.VIEWER)
    rule = rights.KeyRule("s3cret", "", Attempts(), keys)

    def refusal(key: str, right: rights.CallRight, **headers: str) -> HTTPException:
        with pytest.raises(HTTPException) as refused:
            asyncio.run(rule.admit(request_of(key, **headers), right))
        return refused.value

    change, own = (named_rights(APP)[call] for call in ("POST /items", "GET /keys"))
    assert refusal(viewers, change).detail == (
        "the key 'Anna' is a viewer's, which may not do this; expected a key of staff, or the owner's"
    )
    assert "expected the owner's key" in refusal(viewers, own).detail
    assert refusal("s3cret", own, origin="https://evil.example").status_code == 403
    keys.revoke("Anna")
    # It was right once, so it does not count as a guess.
    gone = [refusal(viewers, change) for _ in range(2 * LIMIT)]
    assert {(each.status_code, each.detail) for each in gone} == {(401, rights.REVOKED)}
    asyncio.run(rule.admit(request_of("s3cret"), change))


def test_a_store_of_keys_that_is_away_stops_nobody_but_those_whose_keys_are_in_it() -> None:
    store = FakeKeys()
    keys = Keys(store)
    _, given = keys.add("Anna", Role.STAFF)
    store.trouble = "keys and audit: database is locked"
    rule, right = rights.KeyRule("s3cret", "", Attempts(), keys), named_rights(APP)["POST /items"]
    asyncio.run(rule.admit(request_of("s3cret"), right))
    with pytest.raises(UnavailableError):
        asyncio.run(rule.admit(request_of(given), right))
    # What can't be a key of ours is a guess of the owner's, and is counted.
    for _ in range(LIMIT):
        with pytest.raises(HTTPException, match="missing or wrong"):
            asyncio.run(rule.admit(request_of("guess"), right))
    with pytest.raises(HTTPException, match="too many wrong"):
        asyncio.run(replace(rule).admit(request_of("guess"), right))


def test_a_stream_ends_when_its_own_key_is_revoked() -> None:
    keys = Keys(FakeKeys())
    rule = rights.KeyRule("s3cret", "", Attempts(), keys, Public.NOTHING)
    app, right = MagicMock(), named_rights(APP)["GET /matches/stream"]
    app.state.key_rule = rule

    async def watch() -> list[list[bool]]:
        found = []
        streams = []
        for key in (keys.add("Anna", Role.VIEWER)[1], keys.add("Bob", Role.VIEWER)[1], "s3cret"):
            request = request_of(key, app=app)
            await rule.admit(request, right)
            streams.append(rights.still_admitted(request))
        for name in ("", "Anna", "Bob"):
            if name:
                keys.revoke(name)
            found.append([await still() for still in streams])
        return found

    assert asyncio.run(watch()) == [[True, True, True], [False, True, True], [False, False, True]]


def test_an_app_with_a_route_that_names_no_right_or_two_is_refused() -> None:
    app = FastAPI(openapi_url=None)

    @app.get("/both", dependencies=rights.OPEN + rights.CHANGE)
    @app.get("/neither")
    @app.get("/one", dependencies=rights.CHANGE)
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
    rule, right = rights.KeyRule("s3cret", "", Attempts()), named_rights(APP)["POST /items"]

    def answer(client: str) -> int:
        with pytest.raises(HTTPException) as refused:
            asyncio.run(rule.admit(request_of("guess", client=client), right))
        return refused.value.status_code

    assert [answer(one) for _ in range(LIMIT)] == [401] * LIMIT
    assert answer(other) == (429 if same else 401)


def request_of(key: str, *, client: str = "192.0.2.1", app: object = None, **headers: str) -> Request:
    """A request with a key."""
    headers["authorization"] = f"Bearer {key}"
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw, "client": (client, 1), "app": app})


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


async def ask(method: str, target: str, *headers: tuple[bytes, bytes], app: FastAPI = APP) -> tuple[int, Any]:
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

    await app(scope, receive, send)
    return sent[0]["status"], scope.get("endpoint")


@pytest.mark.parametrize("call", guarded())
def test_no_form_of_a_request_reaches_a_guarded_call_without_the_key(call: str) -> None:
    method, _, path = call.partition(" ")
    path = filled(path)
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
