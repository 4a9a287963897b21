"""The rights of calls: each route names the one that its callers need, as a dependency."""

from __future__ import annotations

import hmac
import math
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.dependencies.models import Dependant
from fastapi.params import Depends as DependsParameter
from fastapi.routing import iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from services.adapters.http_server.client_address import owner_of
from services.bootstrap.settings import ApiCoreSettings
from services.core.access.keys import Keys
from services.core.access.ports import NamedKey
from services.core.access.roles import OWNER, Caller, Public, Role
from services.core.key_attempts import Attempts, KeyAttempts

WRONG_KEY = "the API key is missing or wrong; expected `Authorization: Bearer <key>`"
REVOKED = "this API key was revoked; ask the owner for another"


@dataclass(frozen=True, slots=True)
class CallRight:
    """What a call needs: a role, None for nobody's; and whether its successes are lines of the audit.

    From the setting `public` on nobody needs a key.
    """

    name: str
    least: Role | None
    public: Public | None = None
    is_noted: bool = False


@dataclass(frozen=True, slots=True)
class Admission:
    """Who was let in, and by which right; `key` is None for the owner's."""

    caller: Caller
    right: CallRight
    key: NamedKey | None


@dataclass(frozen=True, slots=True)
class KeyRule:
    """The rule for calls: who sends them, and with which key; an empty owner's key for none at all."""

    key: str
    # Host and port of the page's public address.
    public: str
    attempts: KeyAttempts
    # Keys beside the owner's.
    keys: Keys | None = None
    shown: Public = Public.CATALOGUE

    def is_open(self, right: CallRight) -> bool:
        """Whether nobody needs a key for it."""
        return right.least is None or (right.public is not None and self.shown.covers(right.public))

    async def admit(self, request: Request, right: CallRight) -> None:
        """Raise HTTPException (401, 403 or 429) unless the call may be made; else keep the admission."""
        if self.is_open(right) or right.least is None:
            return
        self._check_origin(request)
        caller, key = await self.caller(request)
        if not caller.role.covers(right.least):
            raise HTTPException(403, told_least(caller, right.least))
        request.state.admission = Admission(caller, right, key)

    async def caller(self, request: Request) -> tuple[Caller, NamedKey | None]:
        """Who sends a request, by its key; raises HTTPException without a right one."""
        if not self.key:
            return OWNER, None
        given = given_key(request)
        # A request without a key is no guess: the page sends it before it has one.
        if given:
            is_owner = hmac.compare_digest(given.encode(), self.key.encode())
            named = None if is_owner or self.keys is None else await run_in_threadpool(self.keys.find, given)
            if named is not None and named.revoked_at_s is not None:
                # It was right once, so it is no guess: who still has it must not lock others out.
                raise HTTPException(401, REVOKED, {"WWW-Authenticate": "Bearer"})
            self._count(request, is_right=is_owner or named is not None)
            if is_owner:
                return OWNER, None
            if named is not None and self.keys is not None:
                await run_in_threadpool(self.keys.note_use, named)
                return named.caller, named
        raise HTTPException(401, WRONG_KEY, {"WWW-Authenticate": "Bearer"})

    def _check_origin(self, request: Request) -> None:
        host, origin = request.headers.get("host", ""), request.headers.get("origin")
        # With the port: other servers on this machine are other origins.
        if origin is not None and origin.partition("://")[2] not in (host, self.public):
            raise HTTPException(403, f"origin {origin[:100]!a} is not let in; only this api's own page may")

    def _count(self, request: Request, *, is_right: bool) -> None:
        client = request.client.host if request.client else ""
        wait_s = math.ceil(self.attempts.take(owner_of(client), right=is_right))
        if wait_s:
            detail = f"too many wrong API keys came from here; try again in {wait_s} s"
            raise HTTPException(429, detail, {"Retry-After": str(wait_s)})


_RIGHTS: dict[object, CallRight] = {}


def _needed(right: CallRight) -> list[DependsParameter]:
    """A route's `dependencies`."""

    async def admit(request: Request) -> None:
        await rule_of(request).admit(request, right)

    _RIGHTS[admit] = right
    return [Depends(admit)]


MATCHES_SEEN = CallRight("matches", Role.VIEWER, Public.MATCHES)
CATALOGUE_SEEN = CallRight("catalogue", Role.VIEWER, Public.CATALOGUE)

# A route's `dependencies`: exactly one of these. docs/security.md says which calls have which.
# Whoever reaches the page, whatever the settings: what says nothing about this system.
OPEN = _needed(CallRight("open", None))
# What a setting opens to anybody: matches as they come, and the catalogue.
SEE_MATCHES, SEE_CATALOGUE = _needed(MATCHES_SEEN), _needed(CATALOGUE_SEEN)
# What shows people, or more than a page shows.
VIEW = _needed(CallRight("view", Role.VIEWER))
# What helps to make a change, and leaves nothing behind.
WORK = _needed(CallRight("work", Role.STAFF))
# What changes the catalogue, the history or cameras: each success is a line of the audit.
CHANGE = _needed(CallRight("change", Role.STAFF, is_noted=True))
# Keys, the audit, passwords, and what takes all items at once; its changes are lines of the audit too.
OWN = _needed(CallRight("own", Role.OWNER, is_noted=True))


class OpenToAll:
    """A mounted app that whoever reaches the page may read; a mount has no dependencies."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        await self._app(scope, receive, send)


def install(
    app: FastAPI,
    settings: ApiCoreSettings,
    attempts: KeyAttempts | None = None,
    keys: Keys | None = None,
) -> None:
    """Give the app's routes the rule for keys; wrong ones are counted in memory without `attempts`."""
    key, public = settings.api_key.get_secret_value(), urlsplit(settings.page_url).netloc
    app.state.key_rule = KeyRule(key, public, attempts or Attempts(), keys, settings.public)


def rule_of(request: Request) -> KeyRule:
    """The rule of the app that a request came to."""
    rule = request.app.state.key_rule
    assert isinstance(rule, KeyRule)
    return rule


def caller(request: Request) -> Caller | None:
    """Who was let in by the route's right; None where nobody needs a key. To be used as a dependency."""
    admission: Admission | None = getattr(request.state, "admission", None)
    return None if admission is None else admission.caller


async def known(request: Request) -> Caller | None:
    """Who calls a route that is open to all, None without a key; raises HTTPException for a wrong one."""
    rule = rule_of(request)
    return None if rule.key and not given_key(request) else (await rule.caller(request))[0]


async def sees_details(request: Request) -> bool:
    """Whether the caller of a route that is open to all may see what the catalogue's readers see."""
    return rule_of(request).is_open(CATALOGUE_SEEN) or await known(request) is not None


def demand(request: Request, least: Role) -> None:
    """Raise HTTPException (403) unless the caller, who was let in, has at least this role."""
    found = caller(request)
    if found is not None and not found.role.covers(least):
        raise HTTPException(403, told_least(found, least))


def still_admitted(request: Request) -> Callable[[], Awaitable[bool]]:
    """Tells, each time that it is called, whether the key that a stream was opened with still is right."""
    rule, admission = rule_of(request), getattr(request.state, "admission", None)
    keys, named = rule.keys, admission and admission.key
    seen = keys.revocations if keys is not None else 0

    async def still() -> bool:
        nonlocal seen
        if keys is None or named is None or keys.revocations == seen:
            return True
        seen = keys.revocations
        return await run_in_threadpool(keys.is_live, named.digest)

    return still


def told_least(caller: Caller, least: Role) -> str:
    """Why a caller is refused."""
    expected = "the owner's key" if least == Role.OWNER else "a key of staff, or the owner's"
    return f"the key {caller.name!r} is {_WORDS[caller.role]}, which may not do this; expected {expected}"


_WORDS = {Role.VIEWER: "a viewer's", Role.STAFF: "one of staff", Role.OWNER: "the owner's"}


def check_named(app: FastAPI) -> None:
    """Raise RuntimeError for a route or a mount that does not name exactly one right."""
    if nameless := list(_nameless(app.routes)):
        raise RuntimeError(f"routes that name no right, or two: {', '.join(nameless)}")


def right_of(dependant: Dependant | None) -> CallRight | None:
    """The one right that a route names."""
    named = _named(dependant)
    return named[0] if len(named) == 1 else None


def needs_key(dependant: Dependant | None) -> bool:
    """Whether the calls of a route need a key, whatever the settings open."""
    right = right_of(dependant)
    return right is not None and right.least is not None and right.public is None


def _nameless(routes: list[BaseRoute]) -> Iterator[str]:
    for route in iter_route_contexts(routes):
        if isinstance(route.original_route, Mount):
            if not isinstance(route.original_route.app, OpenToAll):
                yield f"{route.path or '/'} (a mount)"
        elif len(_named(getattr(route, "dependant", None))) != 1:
            yield f"{' '.join(sorted(route.methods or ()))} {route.path}"


def _named(dependant: Dependant | None) -> list[CallRight]:
    """The rights among a route's own dependencies."""
    own = dependant.dependencies if dependant else []
    return [_RIGHTS[each.call] for each in own if each.call in _RIGHTS]


def given_key(request: Request) -> str:
    """The key that a request carries, empty without one."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else ""
