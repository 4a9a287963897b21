"""The templates, brought up, changed, broken and taken down in an emulated AWS by change sets."""

from __future__ import annotations

import pytest

from deploy.aws.account import Account
from deploy.aws.errors import DeployError
from deploy.aws.stacks import KEEP, Stacks
from deploy.aws.template_files import STORAGE, SYSTEM

PARAMETERS: dict[str, str | None] = {
    "Name": "shop",
    "SearchZip": "zips/search.zip",
    "ApiZip": "zips/api.zip",
    "IotEndpoint": "a1b2-ats.iot.eu-west-1.amazonaws.com",
    "ApiKey": "k" * 20,
    "RedisPassword": "p" * 20,
    "OriginKey": "o" * 20,
}


@pytest.fixture
def stacks(account: Account) -> Stacks:
    return Stacks(
        account.client("cloudformation"), interval_s=account.interval_s, tags={"lookalike:name": "shop"}
    )


def ignore(_: str) -> None:
    """Hear nothing."""


def test_both_stacks_come_up_change_and_go(account: Account, stacks: Stacks) -> None:
    told: list[str] = []
    plan = stacks.plan("shop-storage", STORAGE, {"Name": "shop"})
    assert {change.action for change in plan.changes} == {"Add"}
    stacks.carry_out(plan, told.append)
    assert "create complete: Items (AWS::DynamoDB::Table)" in told
    s3 = account.client("s3")
    for key in ("zips/search.zip", "zips/api.zip"):
        s3.put_object(Bucket=account.bucket("shop", "artefacts"), Key=key, Body=EMPTY_ZIP)

    outputs = stacks.carry_out(stacks.plan("shop", SYSTEM, PARAMETERS), told.append)
    assert outputs["PageUrl"].startswith("https://")
    described = account.client("lambda").get_function_configuration(FunctionName="shop-api")
    variables = described["Environment"]["Variables"]
    assert variables["LOOKALIKE_PUBLIC_URL"] == outputs["PageUrl"]
    assert variables["LOOKALIKE_STORE"] == "dynamodb://shop-items"

    assert stacks.plan("shop", SYSTEM, dict.fromkeys(PARAMETERS, KEEP)).changes == ()
    longer = stacks.plan("shop", SYSTEM, {**dict.fromkeys(PARAMETERS, KEEP), "LogDays": "30"})
    assert "SearchLog" in {change.name for change in longer.changes if change.action == "Modify"}
    stacks.carry_out(longer, told.append)
    (group,) = account.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/shop-search")[
        "logGroups"
    ]
    assert group["retentionInDays"] == 30

    stacks.delete("shop", told.append)
    assert "delete complete: ApiFunction (AWS::Lambda::Function)" in told
    assert stacks.outputs("shop") is None
    for key in ("zips/search.zip", "zips/api.zip"):
        s3.delete_object(Bucket=account.bucket("shop", "artefacts"), Key=key)
    stacks.delete("shop-storage")
    assert stacks.resources("shop-storage") == []


def test_a_stack_that_fails_is_rolled_back_in_words_and_planned_again(
    account: Account, stacks: Stacks
) -> None:
    # What SageMaker and Serverless need is no resource of the emulator: refused before anything is made.
    with pytest.raises(DeployError, match="ServerlessCache"):
        stacks.plan("broken", SYSTEM, {**PARAMETERS, "Name": "broken", "Cache": "serverless"})
    iot = account.client("iot")
    iot.create_policy(policyName="broken-camera", policyDocument='{"Version": "2012-10-17", "Statement": []}')
    plan = stacks.plan("broken", SYSTEM, {**PARAMETERS, "Name": "broken"})
    with pytest.raises(DeployError) as failed:
        stacks.carry_out(plan, ignore)
    first, *reasons = str(failed.value).splitlines()
    assert first == "stack broken failed (rollback complete): what had been made was removed again"
    assert any("CameraPolicy (AWS::IoT::Policy)" in each and "exists" in each for each in reasons)
    iot.delete_policy(policyName="broken-camera")
    again = stacks.plan("broken", SYSTEM, {**PARAMETERS, "Name": "broken"})
    assert {change.action for change in again.changes} == {"Add"}
    stacks.drop(again)
    assert stacks.resources("broken") == []


# The smallest zip.
EMPTY_ZIP = b"PK\x05\x06" + bytes(18)
