"""The OpenAPI document: each call states its purpose, parameters, answers and errors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from unittest.mock import MagicMock

import pytest
from pydantic import TypeAdapter

from common.version import VERSION
from services.api.app import build_app
from services.api.hub import Hub
from services.api.openapi import FROM, LEAST
from services.bootstrap.settings import ApiSettings
from services.contract import item_models, match_models
from services.contract.model_base import Answer, Body
from services.contract.problem_models import ProblemAnswer
from services.core.domain import RESERVED_ITEM_IDS
from services.search.app import build_app as build_search_app

# The parts are not used: the documents are made of the routes alone.
DOCUMENT = build_app(ApiSettings(), MagicMock(), Hub()).openapi()
SEARCH_DOCUMENT = build_search_app(MagicMock(), MagicMock()).openapi()


def calls_of(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": call
        for path, calls in document["paths"].items()
        for method, call in calls.items()
    }


CALLS = calls_of(DOCUMENT)
ALL_CALLS = CALLS | {f"search {name}": call for name, call in calls_of(SEARCH_DOCUMENT).items()}
SCHEMAS = DOCUMENT["components"]["schemas"] | SEARCH_DOCUMENT["components"]["schemas"]
PROBLEM = "application/problem+json"


def models(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from models(each)


def example(content: Mapping[str, Any]) -> Any:
    """The example of a media type, by default its model's."""
    if "example" in content:
        return content["example"]
    options = content["schema"].get("anyOf", [content["schema"]])
    names = [option["$ref"].rpartition("/")[2] for option in options]
    return SCHEMAS[names[0]].get("example")


@pytest.mark.parametrize("name", ALL_CALLS)
def test_each_call_has_a_summary_and_says_what_it_does(name: str) -> None:
    call = ALL_CALLS[name]
    assert call["summary"]
    assert call["description"][0].isupper()
    assert "search " in name or call["tags"][0] in {tag["name"] for tag in DOCUMENT["tags"]}
    for parameter in call.get("parameters", []):
        assert parameter["description"].endswith("."), parameter["name"]


@pytest.mark.parametrize("name", ALL_CALLS)
def test_each_call_shows_an_example_of_what_it_takes_and_of_what_it_answers(name: str) -> None:
    call = ALL_CALLS[name]
    answers = [
        content
        for status, response in call["responses"].items()
        if status.startswith("2") and status != "204"  # which has no content
        for content in response["content"].values()
    ]
    bodies = call.get("requestBody", {}).get("content", {}).values()
    assert answers
    for content in (*answers, *bodies):
        assert content["schema"]
        assert example(content) is not None


@pytest.mark.parametrize("name", CALLS)
def test_each_call_declares_its_problem_documents(name: str) -> None:
    refusals = {
        status: response["content"][PROBLEM]
        for status, response in CALLS[name]["responses"].items()
        if PROBLEM in response.get("content", {})
    }
    assert {"421", "500"} <= refusals.keys()
    needs_key = "security" in CALLS[name]
    assert needs_key == (LEAST in CALLS[name] and FROM not in CALLS[name])
    if needs_key:
        assert {"401", "403", "429"} <= refusals.keys()
    for status, content in refusals.items():
        for shown in content["examples"].values():
            document = ProblemAnswer.model_validate(shown["value"])
            assert document.status == int(status)


@pytest.mark.parametrize("model", [*models(Answer), *models(Body)])
def test_each_model_describes_its_fields_and_fits_its_own_example(model: type[Any]) -> None:
    assert model.__doc__
    for name, field in model.model_fields.items():
        assert (field.description or "").endswith("."), name
    extra = model.model_config.get("json_schema_extra", {})
    if "example" in extra:
        made = model.model_validate(extra["example"])
        if issubclass(model, Answer):
            assert made.model_dump(mode="json", exclude_unset=True) == extra["example"]


def test_the_examples_keep_their_nulls_and_the_document_names_the_version() -> None:
    assert DOCUMENT["info"]["version"] == VERSION
    assert DOCUMENT["components"]["schemas"]["CameraAnswer"]["example"]["reason"] is None
    found = CALLS["POST /search"]["responses"]["200"]["content"]["application/json"]["example"]
    TypeAdapter(match_models.RecordAnswer).validate_python(found)
    assert found["id"] is None


def test_an_id_whose_address_is_that_of_another_call_is_reserved() -> None:
    by_id = {name.partition(" ")[0] for name in CALLS if name.endswith(" /items/{item_id}")}
    assert by_id == {"GET", "PUT", "DELETE"}
    taken = {
        path.removeprefix("/items/")
        for method, _, path in (name.partition(" ") for name in CALLS)
        if method in by_id and re.fullmatch("/items/[^/{]+", path)
    }
    assert taken == RESERVED_ITEM_IDS


def test_forms_take_any_metadata_and_json_no_other_field() -> None:
    content = CALLS["POST /items"]["requestBody"]["content"]
    form, json = content["multipart/form-data"]["schema"], content["application/json"]["schema"]
    assert form["additionalProperties"]["type"] == "string"
    assert json["additionalProperties"] is False
    assert set(form["properties"]) == {"image", "box", "taught", "title", "link", "id"}
    assert set(json["properties"]) == set(item_models.NewItemBody.model_fields)
    assert json["required"] == ["title"]
