"""What was deployed: what the command said of it, its API and its page, and what its functions may do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.aws_rehearsal.kit import NAME, Deployment


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
