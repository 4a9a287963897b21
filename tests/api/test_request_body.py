"""JSON bodies: valid ones, and refusals that say in one sentence what was expected."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi import Request
from starlette.types import Message

from services.api.request_body import B, read_body
from services.contract.history_models import ReviewBody
from services.contract.item_models import CatalogueModelBody, ItemEditBody, NewItemBody, UndoBody, given
from services.contract.match_models import FeedbackBody
from services.core.errors import InputError

FORMS = (
    '{"right": true}, {"right": false} or {"right": false, "item": "<id of what it was>"}; '
    '{"right": null} withdraws it'
)


def read(model: type[B], content: bytes) -> B:
    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    return asyncio.run(read_body(Request({"type": "http", "headers": []}, receive), model))


@pytest.mark.parametrize(
    ("content", "right", "item"),
    [
        (b'{"right": true}', True, None),
        (b'{"right": false, "item": null}', False, None),
        ('{"item": "größe 7\'", "right": false}'.encode(), False, "größe 7'"),
    ],
)
def test_feedback_is_read(content: bytes, right: bool, item: str | None) -> None:
    body = read(FeedbackBody, content)
    assert (body.right, body.item) == (right, item)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the body is not JSON"),
        (b"right", "the body is not JSON"),
        (b"\xff\xfe", "the body is not JSON"),
        (b"[" * 4096, "the body is not JSON"),
        (b'{"right": ' * 943 + b"1" + b"}" * 943, "the body is not JSON: nested deeper than 64"),
        (b'{"right": NaN}', "the body is not JSON: NaN is no JSON number"),
        (b'{"right": true, "right": false}', "the body is not JSON: it holds 'right' twice"),
        (b'{"right": ' + b"9" * 4000 + b"}", "`right` is 9999"),
        (b"true", "the body is a JSON bool"),
        (b'[{"right": true}]', "the body is a JSON list"),
        (b"{}", "`right` is missing"),
        (b'{"item": "bowl"}', "`right` is missing"),
        (b'{"right": 1}', "`right` is 1"),
        (b'{"right": "true"}', "`right` is 'true'"),
        (b'{"right": false, "item": 5}', "`item` is 5"),
        (b'{"right": false, "item": ["bowl"]}', r"`item` is \['bowl'\]"),
        (b'{"right": false, "item": "\\ud800"}', r"`item` is '\\ud800'"),
        (b'{"right": false, "itm": "bowl"}', "unknown field 'itm'"),
        (b'{"right": false, "\\ud800": 1}', r"unknown field '\\ud800'"),
        (b'{"itm": "bowl"}', "unknown field 'itm'"),
    ],
)
def test_feedback_of_another_form_is_refused_with_what_was_expected(content: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says) as refusal:
        read(FeedbackBody, content)
    assert str(refusal.value).endswith(f"; expected {FORMS}")
    str(refusal.value).encode()


@pytest.mark.parametrize(
    ("model", "content", "says"),
    [
        (UndoBody, b"{}", "`undo` is missing; expected a value"),
        (UndoBody, b'{"undo": "x", "id": "y"}', "unknown field 'id'; expected undo"),
        (NewItemBody, b'{"title": 7}', "`title` is 7; expected text"),
        (NewItemBody, b'{"metadata": ["a"]}', "`metadata` is ['a']; expected an object"),
        (NewItemBody, b'{"metadata": {"a": "\\ud800"}}', "`metadata.a` is '\\ud800'; expected text"),
        (
            NewItemBody,
            b'{"url": "a", "thing": "b"}',
            "both `url` and `thing` are given; expected one of them",
        ),
        (
            ItemEditBody,
            b'{"id": "x"}',
            "unknown field 'id'; expected link, metadata, showing, thing, title, url",
        ),
        (
            ReviewBody,
            b'{"ids": [9223372036854775808], "is": null}',
            "`ids.0` is 9223372036854775808; expected",
        ),
        (NewItemBody, b'{"title": "x", "showing": -1}', "`showing` is -1; expected 0 or more"),
        (CatalogueModelBody, b'{"model": "X"}', "`model` is 'X'; expected JSON {\"model\": a fingerprint of"),
    ],
)
def test_a_refusal_names_the_field_and_what_was_expected(model: type[Any], content: bytes, says: str) -> None:
    with pytest.raises(InputError) as refusal:
        read(model, content)
    assert str(refusal.value).startswith(says)


def test_what_is_given_is_told_from_what_is_left_out_and_values_are_texts() -> None:
    body = read(ItemEditBody, b'{"link": null, "thing": "cam", "metadata": {"price": 12.5, "new": true}}')
    assert given(body) == {"link": None, "metadata": {"price": "12.5", "new": "true"}}
