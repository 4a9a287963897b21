"""From a camera's message to the match on the page, through the deployed functions with their own rights."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import pytest

from common.wire import Observation, encode_observation
from services.bootstrap import aws
from services.core.catalogue.paging import all_items
from tests.aws_rehearsal.kit import NAME, Deployment
from tests.servers import until


def test_the_command_said_what_it_did(deployment: Deployment) -> None:
    assert any(line.startswith("page: https://") for line in deployment.told)
    assert f"add    {NAME}: SearchFunction (AWS::Lambda::Function)" in deployment.told


def test_everything_that_the_api_needs_answers(deployment: Deployment) -> None:
    health = deployment.get("/healthz")
    assert (health.status_code, health.json()["status"]) == (200, "ok"), health.text
    assert health.json()["checks"]["index"]["items"] == 61
    assert deployment.get("/items", origin="nobody").status_code == 403


def test_the_page_comes_from_its_bucket(deployment: Deployment) -> None:
    found = deployment.account.client("s3").get_object(
        Bucket=deployment.account.bucket(NAME, "page"), Key="index.html"
    )
    assert b"<title>Lookalike</title>" in found["Body"].read()


def test_what_a_camera_sends_is_a_match_and_its_status_is_known(deployment: Deployment) -> None:
    items = list(all_items(aws.open_items(f"dynamodb://{NAME}-items")))
    model = deployment.get("/healthz").json()["checks"]["index"]["model"]
    # An observation that waits for a cold start may be too old by then.
    assert "FunctionError" not in deployment.invoke("search", b"{}")
    iot = deployment.account.client("iot-data")
    iot.publish(topic="lookalike/cam-1/status", qos=1, payload=b'{"state":"online","fps":10}')
    for seq, item in enumerate(items[:60:20], 1):
        _let_be_seen(iot, item.vectors[0], model=model, seq=seq)
        until(partial(_is_best, deployment, item.id), what=f"{item.id} is the match")
    until(lambda: _states(deployment) == {"cam-1": "online"}, what="the camera is online")


def _states(deployment: Deployment) -> dict[str, str]:
    return {camera["thing"]: camera["state"] for camera in deployment.get("/cameras").json()["cameras"]}


def _let_be_seen(iot: Any, vector: np.ndarray[Any, Any], *, model: str, seq: int) -> None:
    seen = Observation(
        thing="cam-1",
        vectors=vector[np.newaxis],
        captured_at_s=time.time(),
        session="0" * 8,
        seq=seq,
        model=model,
    )
    iot.publish(topic="lookalike/cam-1/features", qos=0, payload=encode_observation(seen, encoding="i8"))


def _is_best(deployment: Deployment, item_id: str) -> bool:
    """Whether the newest record names an item first."""
    records = deployment.get("/matches").json()["records"]
    return bool(records) and records[0]["matches"][0]["id"] == item_id


@pytest.mark.parametrize(
    ("function", "action", "path"),
    [
        ("api", "s3:GetObject", "/items/ball-basket/image"),
        ("api", "dynamodb:Query", "/items?limit=1"),
        ("import", "s3:PutObject", ""),
        ("import", "dynamodb:Query", ""),
    ],
)
def test_without_a_right_something_fails(
    deployment: Deployment, function: str, action: str, path: str
) -> None:
    """The import function exports all items, the api answers a path."""

    def fails() -> bool:
        if path:
            return deployment.get(path).status_code == 503
        return "FunctionError" in deployment.invoke(function, b'{"do": "export"}')

    assert not fails()
    with _without(deployment, function, action):
        assert fails()


@contextmanager
def _without(deployment: Deployment, function: str, action: str) -> Iterator[None]:
    """Take an action of a function's role away for a while."""
    iam = deployment.account.client("iam")
    found = deployment.account.client("lambda").get_function_configuration(FunctionName=f"{NAME}-{function}")
    role = {"RoleName": found["Role"].rpartition("/")[2], "PolicyName": function}
    document = iam.get_role_policy(**role)["PolicyDocument"]
    less = json.loads(json.dumps(document))
    for statement in less["Statement"]:
        statement["Action"] = [each for each in statement["Action"] if each != action] or ["none:None"]
    iam.put_role_policy(**role, PolicyDocument=json.dumps(less))
    try:
        yield
    finally:
        iam.put_role_policy(**role, PolicyDocument=json.dumps(document))
