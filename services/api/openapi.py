"""The api's OpenAPI document: the parts common to every call."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from services.api.rights import REVOKED, WRONG_KEY, right_of, told_least
from services.contract import openapi
from services.contract.problem_models import problems
from services.core.access.roles import Caller, Role

ABOUT = (
    "Show an item to a camera and see, live, the items of the catalogue that look like it. Errors are "
    "problem documents (RFC 9457)."
)
TAGS = {
    "matches": "What the cameras show, and what people say of it.",
    "items": "The catalogue.",
    "samples": "The sample catalogue, to try it without items of your own.",
    "search": "Search by picture.",
    "cameras": "The cameras, their previews and their frames.",
    "history": "What the cameras showed, and what people said it was.",
    "teaching": "What a camera sees becomes an item.",
    "health": "Health and counters.",
    "access": "Who one is, the owner's list of keys, and who has changed what.",
    "index": "What `lookalike index rebuild` asks of a running system.",
}
# The role that a call needs, in its operation; absent where whoever reaches the page may call.
LEAST = "x-least-role"
# The setting of LOOKALIKE_PUBLIC from which a call needs no key, in its operation.
FROM = "x-public-from"
# Marks the responses in the document that are not a call's own.
COMMON = "x-common"
_KEY = "key"
_OF_ALL: dict[int, str | list[str]] = {
    400: r"the path '/items/mug\n' holds a control character; expected none",
    421: "host 'evil.example' is not served here; set LOOKALIKE_PUBLIC_URL to the page's address",
    500: "a fault of ours; the log has its details",
}
_OF_GUARDED: dict[int, str | list[str]] = {
    401: [WRONG_KEY, REVOKED],
    403: [
        "origin 'https://evil.example' is not let in; only this api's own page may",
        told_least(Caller("Anna", Role.VIEWER), Role.STAFF),
    ],
    429: "too many wrong API keys came from here; try again in 60 s",
}


def install(app: FastAPI) -> None:
    """Make the app's OpenAPI document ours."""
    openapi.install(app, tags=TAGS, complete=lambda document: _complete(app, document))


def _complete(app: FastAPI, document: dict[str, Any]) -> None:
    """Add the answers of the guard and of a fault, and the calls that need a key."""
    told = "The owner's key, or one that the owner has made."
    key = {"type": "http", "scheme": "bearer", "description": told}
    document["components"]["securitySchemes"] = {_KEY: key}
    for route in iter_route_contexts(app.routes):
        calls = document["paths"].get(route.path_format, {})
        for call in filter(None, (calls.get(method.lower()) for method in route.methods or ())):
            right = right_of(route.dependant)
            guarded = right is not None and right.least is not None and right.public is None
            if guarded:
                call["security"] = [{_KEY: []}]
            if right is not None and right.least is not None:
                call[LEAST] = right.least.value
                call |= {} if right.public is None else {FROM: right.public.value}
            for status, response in problems(_OF_ALL | (_OF_GUARDED if guarded else {})).items():
                call["responses"].setdefault(str(status), {**response, COMMON: True})
