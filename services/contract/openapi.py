"""The OpenAPI document of an app, with the parts that FastAPI leaves out or writes in its own form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from services.contract.model_base import Answer
from services.contract.problem_models import NAME, ProblemAnswer

Document = dict[str, Any]


def install(app: FastAPI, *, tags: Mapping[str, str], complete: Callable[[Document], None]) -> None:
    """Make the app's OpenAPI document ours; `complete` adds the parts common to every call of this app."""

    def document() -> Document:
        if not app.openapi_schema:
            app.openapi_schema = _document(app, tags)
            complete(app.openapi_schema)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI, tags: Mapping[str, str]) -> Document:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        servers=app.servers,
        tags=[{"name": name, "description": text} for name, text in tags.items()],
    )
    schemas = document["components"]["schemas"]
    schemas |= _problem_schemas()
    # FastAPI's own form of a refused parameter, which no call of ours answers.
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for calls in document["paths"].values():
        for call in calls.values():
            if "application/json" in call["responses"].get("422", {}).get("content", {}):
                del call["responses"]["422"]
    _restore_examples(app, document)
    return document


def _problem_schemas() -> Document:
    schema = ProblemAnswer.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), NAME: schema}


def _restore_examples(app: FastAPI, document: Document) -> None:
    """Restore the nulls of examples, which FastAPI drops from the whole document."""
    schemas = document["components"]["schemas"]
    for model in _subclasses(Answer):
        if model.__name__ in schemas:
            _restore(model.model_config.get("json_schema_extra"), schemas[model.__name__])
    for route in iter_route_contexts(app.routes):
        calls = document["paths"].get(route.path_format, {})
        for call in filter(None, (calls.get(method.lower()) for method in route.methods or ())):
            _restore({str(status): each for status, each in route.responses.items()}, call["responses"])
            _restore(route.openapi_extra, call)


def _restore(original: Any, made: Any) -> None:
    if not isinstance(original, dict):
        return
    for name in original.keys() & made.keys():
        if name == "example":
            made[name] = original[name]
        else:
            _restore(original[name], made[name])


def _subclasses(kind: type[Answer]) -> Iterator[type[Answer]]:
    for each in kind.__subclasses__():
        yield each
        yield from _subclasses(each)
