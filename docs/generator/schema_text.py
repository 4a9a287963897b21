"""Descriptions of JSON schemas in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docs.generator.markdown import table

_WORDS = {"integer": "whole number", "boolean": "true or false", "string": "text"}


def fields_table(schema: Mapping[str, Any]) -> str:
    """The table of an object's fields: their kinds and descriptions."""
    required = schema.get("required", ())
    rows = []
    for name, each in schema["properties"].items():
        optional = "" if name in required else " (optional)"
        rows.append((f"`{name}`", kind_of(each) + optional, each.get("description", "")))
    more = schema.get("additionalProperties")
    if isinstance(more, dict):
        rows.append(("any other", kind_of(more), more["description"]))
    return table(("field", "kind", "what"), rows)


def kind_of(schema: Mapping[str, Any]) -> str:
    """The kind of a value, with a link to the fields of an answer."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(kind_of(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " ".join(f"`{each}`" for each in schema["enum"])
    if schema.get("format") == "binary":
        return "file"
    kind = schema.get("type", "any")
    if kind == "array":
        return _list_of(schema)
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {kind_of(schema['additionalProperties'])}s"
    return str(_WORDS.get(kind, kind))


def _list_of(schema: Mapping[str, Any]) -> str:
    if "prefixItems" in schema:
        return f"list of {len(schema['prefixItems'])} {kind_of(schema['prefixItems'][0])}s"
    inner = kind_of(schema["items"])
    return f"list of {inner}" if inner.startswith("[") else f"list of {inner}s"
