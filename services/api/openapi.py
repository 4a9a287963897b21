"""The api's OpenAPI document: the parts common to every call."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from services.api.rights import needs_key
from services.contract import openapi
from services.contract.problem_models import problems

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
    "index": "What `lookalike index rebuild` asks of a running system.",
}
# Marks the responses in the document that are not a call's own.
COMMON = "x-common"
_KEY = "key"
_OF_ALL = {
    400: r"the path '/items/mug\n' holds a control character; expected none",
    421: "host 'evil.example' is not served here; set LOOKALIKE_PUBLIC_URL to the page's address",
    500: "a fault of ours; the log has its details",
}
_OF_GUARDED = {
    401: "the API key is missing or wrong; expected `Authorization: Bearer <key>`",
    403: "origin 'https://evil.example' is not let in; only this api's own page may",
    429: "too many wrong API keys came from here; try again in 60 s",
}


def install(app: FastAPI) -> None:
    """Make the app's OpenAPI document ours."""
    openapi.install(app, tags=TAGS, complete=lambda document: _complete(app, document))


def _complete(app: FastAPI, document: dict[str, Any]) -> None:
    """Add the answers of the guard and of a fault, and the calls that need a key."""
    key = {"type": "http", "scheme": "bearer", "description": "The value of LOOKALIKE_API_KEY."}
    document["components"]["securitySchemes"] = {_KEY: key}
    for route in iter_route_contexts(app.routes):
        calls = document["paths"].get(route.path_format, {})
        for call in filter(None, (calls.get(method.lower()) for method in route.methods or ())):
            guarded = needs_key(route.dependant)
            if guarded:
                call["security"] = [{_KEY: []}]
            for status, response in problems(_OF_ALL | (_OF_GUARDED if guarded else {})).items():
                call["responses"].setdefault(str(status), {**response, COMMON: True})
