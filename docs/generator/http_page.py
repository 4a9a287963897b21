"""The page of the api's and the search process's calls, made from their OpenAPI documents."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any
from unittest.mock import MagicMock

from docs.generator.json_text import json_text
from docs.generator.markdown import table, wrapped
from docs.generator.schema_text import fields_table, kind_of
from services.api.app import build_app as build_api_app
from services.api.hub import Hub
from services.api.openapi import COMMON, FROM, LEAST
from services.bootstrap.settings import ApiSettings
from services.contract.problem_models import MEDIA_TYPE as PROBLEM
from services.search.app import build_app as build_search_app

Document = Mapping[str, Any]
MAX_LINE = 110
_RIGHTS: dict[tuple[Any, Any], str] = {
    ("viewer", None): "It asks for a [key](#who-may-call).",
    ("staff", None): "It asks for a [key](#who-may-call) of staff, or the owner's.",
    ("owner", None): "It asks for the owner's [key](#who-may-call).",
    ("viewer", "matches"): "With `LOOKALIKE_PUBLIC=nothing` it asks for a [key](#who-may-call).",
    ("viewer", "catalogue"): "Unless `LOOKALIKE_PUBLIC` is `catalogue` it asks for a [key](#who-may-call).",
}


def calls() -> str:
    """A section a call, of the api by its tags and then of the search process, and a section an answer."""
    # The wired parts are not used: the documents are made from the routes alone.
    api = build_api_app(ApiSettings(), MagicMock(), Hub()).openapi()
    search = build_search_app(MagicMock(), MagicMock()).openapi()
    parts = [_common_errors(api)]
    for tag in api["tags"]:
        parts += [f"## {tag['name'].capitalize()}", tag["description"], *_sections(api, tag["name"])]
    parts += ["## The search process", wrapped(search["info"]["description"]), *_sections(search, None)]
    parts += ["## Fields", *_models(api["components"]["schemas"] | search["components"]["schemas"])]
    return "\n\n".join(parts)


def _sections(document: Document, tag: str | None) -> Iterator[str]:
    """The calls of a tag, shorter paths first; the search process's are named as such."""
    examples = {name: schema.get("example") for name, schema in document["components"]["schemas"].items()}
    for path, methods in sorted(document["paths"].items()):
        for method, call in methods.items():
            if tag is None or call["tags"] == [tag]:
                name = f"{method.upper()} {path}"
                yield _call(name if tag else f"Search process: {name}", call, examples)


def _call(name: str, call: Document, examples: Document) -> str:
    parts = [f"### {name}", *_paragraphs(call["description"])]
    if told := _RIGHTS.get((call.get(LEAST), call.get(FROM))):
        parts.append(told)
    if parameters := call.get("parameters"):
        rows = [(f"`{_name(each)}`", each["in"], each["description"], _default(each)) for each in parameters]
        parts.append(table(("parameter", "in", "what", "default"), rows))
    method, path = name.split()[-2:]
    for media_type, content in call.get("requestBody", {}).get("content", {}).items():
        parts.append(_body(media_type, content, method=method, path=path))
    for status, response in call["responses"].items():
        if PROBLEM not in response.get("content", {}):
            parts.append(_answer(status, response, examples))
    parts.append(_errors(call["responses"], common=False))
    return "\n\n".join(filter(None, parts))


def _paragraphs(text: str) -> list[str]:
    return [wrapped(" ".join(part.split())) for part in text.split("\n\n")]


def _name(parameter: Document) -> str:
    name = str(parameter["name"])
    return name.title().replace("-Id", "-ID") if parameter["in"] == "header" else name


def _default(parameter: Document) -> str:
    value = parameter["schema"].get("default")
    return "required" if parameter["required"] else "none" if value in (None, "") else f"{value}"


def _body(media_type: str, content: Document, *, method: str, path: str) -> str:
    schema, example = content["schema"], content["example"]
    parts = [f"**Body**, {media_type}: {'the file itself' if kind_of(schema) == 'file' else ''}".rstrip()]
    if schema.get("properties"):
        parts.append(fields_table(schema))
    elif "description" in schema:
        parts.append(schema["description"])
    if media_type == "multipart/form-data":
        parts.append(_curl(example, method=method, path=path))
    elif kind_of(schema) != "file":
        parts.append(_code(example))
    return "\n\n".join(parts)


def _curl(example: Mapping[str, str], *, method: str, path: str) -> str:
    """The curl command that sends a form."""
    fields = " ".join("-F " + shlex.quote(f"{name}={value}") for name, value in example.items())
    verb = "" if method == "POST" else f"-X {method} "
    for name, value in (("{item_id}", "mug-7"), ("{thing}", "phone-3")):
        path = path.replace(name, value)
    return f"    curl {verb}{fields} http://127.0.0.1:8080{path}"


def _answer(status: str, response: Document, examples: Document) -> str:
    content = response.get("content")
    if content is None:
        return f"**{status}** {response['description']}"
    told, example = f"**{status}** {', '.join(content)}", None
    for media_type, each in content.items():
        if media_type == "application/json":
            told += f": {kind_of(each['schema'])}"
            first = each["schema"].get("anyOf", [each["schema"]])[0]
            example = each.get("example", examples.get(first.get("$ref", "").rpartition("/")[2]))
        elif media_type.startswith("text/") and example is None:
            example = each["example"]
    return told if example is None else f"{told}\n\n{_code(example)}"


def _code(example: Any) -> str:
    if not isinstance(example, str):
        return f"```json\n{json_text(example)}\n```"
    lines = example.strip().splitlines()
    cut = [line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}…" for line in lines]
    return "```\n" + "\n".join(cut) + "\n```"


def _errors(responses: Document, *, common: bool) -> str:
    rows = []
    for status, response in sorted(responses.items()):
        if PROBLEM in response.get("content", {}) and bool(response.get(COMMON)) == common:
            for shown in response["content"][PROBLEM]["examples"].values():
                rows.append(wrapped(f"- {status}: {shown['value']['detail']}", indent="  "))
    return "\n".join(["Errors, for example:", "", *rows]) if rows else ""


def _common_errors(api: Document) -> str:
    """The errors that any call may give, taken from a guarded call."""
    listed = _errors(api["paths"]["/items"]["post"]["responses"], common=True)
    return f"## Errors of every call\n\n401, 403 and 429 come from calls that ask for the key.\n\n{listed}"


def _models(schemas: Document) -> Iterator[str]:
    for name, schema in sorted(schemas.items()):
        if schema["type"] == "object":
            yield f"### {name}\n\n{schema['description']}\n\n{fields_table(schema)}"
