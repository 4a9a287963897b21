"""Roles over HTTP: who one is, the owner's list of keys, and the audit."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool

from common.wire import to_iso
from services.api.body_schemas import json_body
from services.api.items import json_response
from services.api.request_body import read_body
from services.api.rights import OPEN, OWN, known
from services.bootstrap.api import ApiParts
from services.contract.access_models import (
    AccessAnswer,
    AuditAnswer,
    AuditLineAnswer,
    KeyAnswer,
    KeysAnswer,
    NewKeyAnswer,
    NewKeyBody,
)
from services.contract.problem_models import problems
from services.core.access.ports import AuditLine, NamedKey
from services.core.access.roles import Caller, Role
from services.core.errors import ConflictError

_UNSAVED = {"Cache-Control": "no-store"}
_NO_OWNER = (
    "there is no owner's key, so everybody on this machine is the owner; set LOOKALIKE_API_KEY, and then "
    "make keys for others"
)
_AWAY = "keys and audit /data/access.sqlite: database is locked"
_TAKEN = "there is a key named 'Anna' already; choose another name, or revoke it"
_NAME = "the name is ''; expected 1 to 64 characters in any script, without control characters"
Name = Annotated[str, InPath(description="The key's name.", examples=["Anna"])]


def build_router(parts: ApiParts) -> APIRouter:
    """The routes over wired parts."""
    router = APIRouter(tags=["access"])
    access = parts.access

    @router.get(
        "/access",
        dependencies=OPEN,
        summary="Get who one is",
        response_model=AccessAnswer,
        responses=problems({401: "this API key was revoked; ask the owner for another", 503: _AWAY}),
    )
    async def who(caller: Annotated[Caller | None, Depends(known)]) -> Response:
        """The name and role of the key that is sent, and what anybody may see without one."""
        answer = AccessAnswer(
            name=caller and caller.name,
            role=None if caller is None else caller.role.value,
            public=access.public.value,
            keyed=access.is_keyed,
        )
        return json_response(answer, headers=_UNSAVED)

    @router.get(
        "/keys",
        dependencies=OWN,
        summary="List the keys",
        response_model=KeysAnswer,
        responses=problems({503: _AWAY}),
    )
    def listed() -> Response:
        """The keys beside the owner's, each with its last use; no key itself, as only hashes are kept."""
        return json_response(
            KeysAnswer(keys=[_key_answer(each) for each in access.keys.all()]), headers=_UNSAVED
        )

    @router.post(
        "/keys",
        dependencies=OWN,
        status_code=201,
        summary="Make a key",
        response_model=NewKeyAnswer,
        openapi_extra=json_body(NewKeyBody),
        responses=problems({400: _NAME, 409: [_TAKEN, _NO_OWNER], 503: _AWAY}),
    )
    async def make(request: Request) -> Response:
        """Make a key of a viewer or of staff. It is in this answer alone: nobody can be shown it again."""
        body = await read_body(request, NewKeyBody)
        if not access.is_keyed:
            raise ConflictError(_NO_OWNER)
        made, key = await run_in_threadpool(access.keys.add, body.name, Role(body.role))
        answer = NewKeyAnswer(name=made.name, role=made.role.value, key=key)
        return json_response(answer, 201, headers=_UNSAVED)

    @router.delete(
        "/keys/{name}",
        dependencies=OWN,
        summary="Revoke a key",
        response_model=KeyAnswer,
        responses=problems({404: "there is no key named 'Anna'", 503: _AWAY}),
    )
    def revoke(name: Name) -> Response:
        """Revoke a key: its next call is refused, and its open streams end within seconds."""
        return json_response(_key_answer(access.keys.revoke(name)), headers=_UNSAVED)

    @router.get(
        "/audit",
        dependencies=OWN,
        summary="List who has changed what",
        response_model=AuditAnswer,
        responses=problems({422: "`limit` is '0'; expected 1 or more", 503: _AWAY}),
    )
    def audit(
        limit: Annotated[int, Query(ge=1, le=1000, description="How many lines.")] = 100,
        after: Annotated[str, Query(max_length=40, description="`next` of the page before.")] = "",
    ) -> Response:
        """A line for each change that was made through the api, newest first; kept for 90 days."""
        page = access.audit.page(after=after, limit=limit + 1)
        shown = page[:limit]
        answer = AuditAnswer(
            lines=[_line_answer(each) for each in shown],
            next=shown[-1].id if len(page) > limit else None,
        )
        return json_response(answer, headers=_UNSAVED)

    return router


def _key_answer(key: NamedKey) -> KeyAnswer:
    return KeyAnswer(
        name=key.name,
        role=key.role.value,
        made_at=to_iso(key.made_at_s),
        last_used_at=None if key.last_used_at_s is None else to_iso(key.last_used_at_s),
        revoked_at=None if key.revoked_at_s is None else to_iso(key.revoked_at_s),
    )


def _line_answer(line: AuditLine) -> AuditLineAnswer:
    return AuditLineAnswer(
        id=line.id,
        at=to_iso(line.at_s),
        name=line.caller.name,
        role=line.caller.role.value,
        call=line.call,
        action=line.action,
        subject=line.subject,
    )
