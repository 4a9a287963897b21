"""Each right of each role is needed: taken away in turn, something fails."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from deploy.checkout_files import CHECKOUT
from tests.aws_rehearsal.kit import Deployment
from tests.aws_rehearsal.needs import NEEDED, OTHERWISE, Call
from tests.aws_rehearsal.taken_away import without
from tests.aws_rehearsal.templates import rights

_DENIED = re.compile("AccessDenied|Forbidden|: 403")
_OF_LAMBDA = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"


def test_each_right_of_the_templates_is_in_one_list() -> None:
    listed = Counter([*NEEDED, *(right for each in OTHERWISE for right in each.rights)])
    assert {right: times for right, times in listed.items() if times > 1} == {}
    assert set(rights()) - set(listed) == set(), "rights without a call that fails without them"
    assert set(listed) - set(rights()) == set(), "rights that no template has"


def test_what_is_checked_otherwise_is_checked_by_tests_that_exist() -> None:
    named = [test for each in OTHERWISE for test in each.tests]
    assert [test for test in named if not is_test(test)] == []


def is_test(name: str) -> bool:
    path, _, function = name.partition("::")
    return (file := CHECKOUT / path).exists() and f"\ndef {function}(" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NEEDED)
def test_without_a_right_a_call_fails(request: pytest.FixtureRequest, name: str) -> None:
    right = rights()[name]
    # Pictures of showings are asked for by command.
    to_cameras = right.action.startswith("iot:") or right.role == "StatusRole" or "showings" in right.place
    deployment: Deployment = request.getfixturevalue("reaching_cameras" if to_cameras else "deployment")
    with without(deployment, right):
        told = NEEDED[name](deployment)
    assert _DENIED.search(told), told or f"{name} is not needed"


@pytest.mark.parametrize("call", dict.fromkeys(NEEDED.values()))
def test_with_all_rights_each_of_these_calls_succeeds(reaching_cameras: Deployment, call: Call) -> None:
    assert call(reaching_cameras) == ""


def test_what_lambda_itself_does_is_what_aws_names(deployment: Deployment) -> None:
    iam = deployment.account.client("iam")
    version = iam.get_policy(PolicyArn=_OF_LAMBDA)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=_OF_LAMBDA, VersionId=version)["PolicyVersion"]["Document"]
    named = {action for statement in document["Statement"] for action in statement["Action"]}
    ours = {right.action for right in rights().values() if right.role == "InNetwork"}
    assert ours == {action for action in named if action.startswith("ec2:")}
    # Log groups are the template's, which gives them their retention.
    assert {f"SearchRole {action}" for action in named if action.startswith("logs:")} - set(rights()) == {
        "SearchRole logs:CreateLogGroup"
    }
