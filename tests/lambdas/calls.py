"""Calls of the api function as a client makes them."""

from __future__ import annotations

import json
from typing import Any

from services.lambdas.api import ApiFunction
from tests.lambdas.function import Answered, FakeContext, http_event, rule_event

ONLINE = rule_event("lookalike/cam-1/status", b'{"state":"online"}')


def ask(function: ApiFunction, path: str, method: str = "GET", **more: Any) -> Answered:
    return Answered.of(function(http_event(path, method, **more), FakeContext()))


def json_body(value: object) -> dict[str, Any]:
    return {"body": json.dumps(value).encode(), "headers": {"content-type": "application/json"}}
