"""Roles of the deployment without one of their rights."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.aws_rehearsal.kit import Deployment
from tests.aws_rehearsal.templates import Right, place_of


def role_of(deployment: Deployment, logical: str) -> str:
    """The name of a template's role in AWS."""
    found = deployment.account.client("cloudformation").describe_stack_resource(
        StackName=deployment.choices.name, LogicalResourceId=logical
    )
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


@contextmanager
def without(deployment: Deployment, right: Right) -> Iterator[None]:
    """Take a right away for a while."""
    iam = deployment.account.client("iam")
    place = {"RoleName": role_of(deployment, right.role), "PolicyName": right.policy}
    document = iam.get_role_policy(**place)["PolicyDocument"]
    less = {**document, "Statement": [each for old in document["Statement"] for each in _less(old, right)]}
    assert less != document, f"{right} is not deployed"
    iam.put_role_policy(**place, PolicyDocument=json.dumps(less))
    try:
        yield
    finally:
        iam.put_role_policy(**place, PolicyDocument=json.dumps(document))


def _less(statement: dict[str, Any], right: Right) -> Iterator[dict[str, Any]]:
    """A statement without the right: its other actions, and the same action at its other places."""
    actions, places = (_as_list(statement[name]) for name in ("Action", "Resource"))
    others = [each for each in places if place_of(each) != right.place]
    if right.action not in actions or len(others) == len(places):
        yield statement
        return
    if kept := [each for each in actions if each != right.action]:
        yield {**statement, "Action": kept}
    if others:
        yield {"Effect": "Allow", "Action": [right.action], "Resource": others}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
