"""Who calls the api function, and with what: addresses, keys, and events that are no requests."""

from __future__ import annotations

import json
import logging
import random
import secrets
from contextlib import closing

import pytest

from services.bootstrap.lambdas.api import api_parts
from services.core.errors import InputError
from services.lambdas import api
from services.lambdas.api import ApiFunction
from services.lambdas.hosting import Host
from tests.lambdas.calls import ask
from tests.lambdas.function import Aws, FakeContext, hostile_requests, http_event, is_no_request


def test_wrong_keys_are_counted_over_all_functions_by_cloudfronts_address(
    on_aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert on_aws
    monkeypatch.setenv("LOOKALIKE_ORIGIN_KEY", "of-cloudfront")
    functions = [ApiFunction(api_parts()) for _ in range(2)]

    def guess(number: int, viewer: str, **headers: str) -> int:
        of = {"x-lookalike-origin": "of-cloudfront", "cloudfront-viewer-address": viewer, **headers}
        return ask(functions[number % 2], "/items/mug", "DELETE", key="guess", headers=of).status

    try:
        forged = {"x-forwarded-for": f"10.0.0.{secrets.randbelow(200)}"}
        assert [guess(n, "203.0.113.9:1", **forged) for n in range(11)] == [401] * 10 + [429]
        assert guess(0, "[2001:db8::1]:443") == 401
        assert guess(1, "no address") == 401
        around = ask(functions[0], "/matches", headers={"x-lookalike-origin": "guess"})
        assert around.status == 403
    finally:
        for function in functions:
            function.close()


def test_without_cloudfronts_key_its_header_says_nothing(on_aws: Aws) -> None:
    assert on_aws
    with closing(ApiFunction(api_parts())) as function:
        viewers = [{"cloudfront-viewer-address": f"10.1.1.{n}:1"} for n in range(11)]
        told = [ask(function, "/items/mug", "DELETE", key="guess", headers=each) for each in viewers]
        assert [told[0].status, told[-1].status] == [401, 429]


def test_an_answer_that_is_too_large_says_so(function: ApiFunction, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MOST_CHARACTERS", 10)
    answer = ask(function, "/items")
    assert answer.status == 413
    assert "ask for less" in answer.json["detail"]


@pytest.mark.parametrize("missing", ["LOOKALIKE_API_KEY", "LOOKALIKE_PUBLIC_URL"])
def test_a_function_that_all_can_reach_needs_key_and_address(
    on_aws: Aws, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    assert on_aws
    monkeypatch.delenv(missing)
    with pytest.raises(InputError, match=missing):
        api_parts()


def test_hostile_events_are_refused_and_counted(
    function: ApiFunction, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    refused = 0
    for event in hostile_requests(random.Random(18), count=2000):
        answer = function(event, FakeContext())
        assert 200 <= answer["statusCode"] < 500
        refused += is_no_request(answer)
    assert refused > 500
    counted = sum(getattr(record, "counts", {}).get("event", 0) for record in caplog.records)
    assert counted == refused
    assert ask(function, "/alive", key=None).status == 200


def test_a_request_that_is_answered_leaves_no_line_in_the_log(
    on_aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    assert on_aws
    handler = Host("api", lambda: closing_later(ApiFunction(api_parts())))
    functions: list[ApiFunction] = []

    def closing_later(function: ApiFunction) -> ApiFunction:
        functions.append(function)
        return function

    try:
        assert handler(http_event("/alive", key=None), FakeContext())["statusCode"] == 200
        assert handler({}, FakeContext())["statusCode"] == 400
    finally:
        functions[0].close()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    told = [line for line in lines if line["level"] != "INFO" or "alive" in line["message"]]
    assert [(line["process"], line["counts"]) for line in told] == [("api", {"event": 1})]
