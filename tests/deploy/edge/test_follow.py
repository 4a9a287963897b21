"""A deployment is followed until its devices are done, and a device's reason is told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.aws.errors import DeployError
from deploy.edge.deployment import Target
from deploy.edge.follow import Follower
from tests.deploy.edge.conftest import NUMBER, REGION, Stubbed

THING = Target(f"arn:aws:iot:{REGION}:{NUMBER}:thing/cam-1", "cam-1", "")
GROUP = Target(f"arn:aws:iot:{REGION}:{NUMBER}:thinggroup/shop", "", "shop")
TIMES = {"creationTimestamp": 0, "modifiedTimestamp": 0}


def reported(stubbed: Stubbed, thing: str, *states: str, **more: Any) -> None:
    """What a device reports of the deployment `new`, and of one before."""
    found = [
        {"deploymentId": name, "deploymentName": "Lookalike", "targetArn": THING.arn, **TIMES, **more}
        | {"coreDeviceExecutionStatus": state}
        for name, state in [("before", "FAILED"), *(("new", state) for state in states)]
    ]
    stubbed.of("greengrassv2").add_response(
        "list_effective_deployments", {"effectiveDeployments": found}, {"coreDeviceThingName": thing}
    )


def follow(stubbed: Stubbed, target: Target = THING, *, wait_s: float = 60) -> list[str]:
    told: list[str] = []
    Follower(stubbed.account, tell=told.append).follow(target, "new", wait_s=wait_s)
    return told


def test_a_device_from_nothing_to_done(stubbed: Stubbed) -> None:
    stubbed.of("greengrassv2").add_client_error("list_effective_deployments", "ResourceNotFoundException")
    for states in ((), ("QUEUED",), ("IN_PROGRESS",), ("IN_PROGRESS",), ("SUCCEEDED",)):
        reported(stubbed, "cam-1", *states)
    assert follow(stubbed) == ["cam-1: queued", "cam-1: in progress", "cam-1: succeeded"]


def test_a_devices_own_reason_is_the_error(stubbed: Stubbed) -> None:
    details = {
        "errorStack": ["DEPLOYMENT_FAILURE", "COMPONENT_BROKEN", "INSTALL_ERROR"],
        "errorTypes": ["USER_COMPONENT_ERROR"],
    }
    reported(
        stubbed,
        "cam-1",
        "FAILED",
        reason="FAILED_ROLLBACK_COMPLETE: lookalike.Edge broke",
        statusDetails=details,
    )
    with pytest.raises(DeployError) as caught:
        follow(stubbed)
    lines = str(caught.value).splitlines()
    assert lines[:5] == [
        "cam-1: failed",
        "  FAILED_ROLLBACK_COMPLETE: lookalike.Edge broke",
        "  DEPLOYMENT_FAILURE",
        "  COMPONENT_BROKEN",
        "  INSTALL_ERROR",
    ]
    assert "/greengrass/v2/logs/lookalike.Edge" in lines[5]


def test_each_device_of_a_group_is_followed(stubbed: Stubbed) -> None:
    devices = [{"coreDeviceThingName": name} for name in ("cam-2", "cam-1")]
    stubbed.of("greengrassv2").add_response(
        "list_core_devices", {"coreDevices": devices}, {"thingGroupArn": GROUP.arn}
    )
    reported(stubbed, "cam-1", "SUCCEEDED")
    reported(stubbed, "cam-2", "IN_PROGRESS")
    reported(stubbed, "cam-2", "REJECTED")
    with pytest.raises(DeployError, match="cam-2: rejected"):
        follow(stubbed, GROUP)


def test_a_group_without_devices_is_told(stubbed: Stubbed) -> None:
    stubbed.of("greengrassv2").add_response("list_core_devices", {"coreDevices": []})
    with pytest.raises(DeployError, match=r"no core device is in .*thinggroup/shop yet"):
        follow(stubbed, GROUP)


def test_a_device_that_does_not_begin_in_time(stubbed: Stubbed) -> None:
    reported(stubbed, "cam-1", "QUEUED")
    heard = {
        "coreDeviceThingName": "cam-1",
        "status": "HEALTHY",
        "runtime": "aws_nucleus_lite",
        "lastStatusUpdateTimestamp": datetime(2026, 11, 30, 9, 5, tzinfo=UTC),
    }
    stubbed.of("greengrassv2").add_response("get_core_device", heard, {"coreDeviceThingName": "cam-1"})
    with pytest.raises(
        DeployError,
        match=r"healthy, aws_nucleus_lite, last heard 2026-11-30 09:05 UTC.*is its nucleus running",
    ):
        follow(stubbed, wait_s=0)


def test_a_device_that_takes_too_long(stubbed: Stubbed) -> None:
    reported(stubbed, "cam-1", "IN_PROGRESS")
    with pytest.raises(DeployError, match=r"not ended the deployment within 0 minutes \(in progress\)"):
        follow(stubbed, wait_s=0)
