"""OpenAPI schemas of bodies that routes read by themselves: JSON of a model, forms with a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.contract.item_models import PICTURE_SOURCES
from services.contract.model_base import Body, example_of

FILE = {"type": "string", "format": "binary"}
# The fields of a form with pictures of an item.
PICTURES: dict[str, Any] = {
    "image": {**FILE, "description": "A picture file; up to 16 of them."},
    "box": {
        "type": "string",
        "description": "Of each file: where its thing is, `left,top,width,height` as shares; empty: all.",
    },
    "taught": {
        "type": "string",
        "description": "1: a camera took the pictures; without a `box` the model finds their things.",
    },
}
_NO_WORDS = (*PICTURE_SOURCES, "metadata")
_METADATA = {"type": "string", "description": "Any other field is metadata."}


def json_body(model: type[Body]) -> dict[str, Any]:
    """A JSON body."""
    return request_body({"application/json": _json(model)})


def item_body(model: type[Body], *, required: Sequence[str], example: dict[str, str]) -> dict[str, Any]:
    """A form with files `image`, the words of `model` and any metadata, or JSON of `model`."""
    schema = _json(model)["schema"]["properties"]
    words = {name: {"type": "string", **_described(schema[name])} for name in schema if name not in _NO_WORDS}
    form = {
        "type": "object",
        "required": list(required),
        "properties": {**PICTURES, **words},
        "additionalProperties": _METADATA if "metadata" in schema else False,
    }
    return request_body({"multipart/form-data": _form(form, example), "application/json": _json(model)})


def image_form(example: dict[str, str], **more: dict[str, Any]) -> dict[str, Any]:
    """A form with the file `image` and any further fields."""
    properties = {"image": {**FILE, "description": "A picture file."}, **more}
    return _form({"type": "object", "required": ["image"], "properties": properties}, example)


def request_body(content: dict[str, Any]) -> dict[str, Any]:
    """The `openapi_extra` of a route whose body is one of these."""
    return {"requestBody": {"required": True, "content": content}}


def _form(schema: dict[str, Any], example: dict[str, str]) -> dict[str, Any]:
    return {"schema": schema, "example": {"image": "@mug.jpg", **example}}


def _json(model: type[Body]) -> dict[str, Any]:
    schema: dict[str, Any] = model.model_json_schema()
    del schema["example"]
    # Keeps the order of the names, which pydantic's own schema sorts.
    return {"schema": schema, "example": example_of(model)}


def _described(schema: dict[str, Any]) -> dict[str, str]:
    return {"description": schema["description"]}
