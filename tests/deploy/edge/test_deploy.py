"""`make deploy-edge` as a whole, by the answers that AWS would give."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from deploy.aws.choices import Choices
from deploy.aws.errors import DeployError
from deploy.edge.choices import EdgeChoices
from deploy.edge.deploy import deploy
from tests.deploy.edge.conftest import NUMBER, REGION, Stubbed

MUGS = Choices(name="mugs")
CERTIFICATE = f"arn:aws:iot:{REGION}:{NUMBER}:cert/0123"
ALIAS = [{"OutputKey": "RoleAlias", "OutputValue": "mugs-devices"}]


def stack(stubbed: Stubbed, name: str, **more: Any) -> None:
    found = {"StackName": name, "StackStatus": "CREATE_COMPLETE", "CreationTime": datetime.now(UTC), **more}
    stubbed.of("cloudformation").add_response("describe_stacks", {"Stacks": [found]}, {"StackName": name})


def no_stack(stubbed: Stubbed, name: str) -> None:
    stubbed.of("cloudformation").add_client_error(
        "describe_stacks", "ValidationError", f"Stack {name} does not exist"
    )


def planned(stubbed: Stubbed, **found: Any) -> None:
    cloudformation = stubbed.of("cloudformation")
    cloudformation.add_response("create_change_set", {"Id": "change"})
    cloudformation.add_response("describe_change_set", {"Changes": [], **found})


def role_is_there(stubbed: Stubbed) -> None:
    """Both stacks are up and as they should be."""
    stack(stubbed, "mugs-storage")
    stack(stubbed, "mugs-devices")
    planned(stubbed, Status="FAILED", StatusReason="The submitted information didn't contain changes.")
    stubbed.of("cloudformation").add_response("delete_change_set", {})
    stack(stubbed, "mugs-devices", Outputs=ALIAS)


def rights_are_given(stubbed: Stubbed) -> None:
    iot = stubbed.of("iot")
    iot.add_response("list_thing_principals", {"principals": [CERTIFICATE]})
    for part in ("core", "edge"):
        iot.add_client_error("get_policy", "ResourceNotFoundException")
        iot.add_response("create_policy", {})
        iot.add_response("list_attached_policies", {"policies": []})
        asked = {"policyName": f"mugs-{part}-cam-1", "target": CERTIFICATE}
        iot.add_response("attach_policy", {}, asked)


def component_is_made(stubbed: Stubbed) -> list[dict[str, Any]]:
    """The recipe that is sent."""
    sent: list[dict[str, Any]] = []
    greengrass = stubbed.of("greengrassv2")
    greengrass.client.meta.events.register(
        "before-parameter-build.greengrassv2.CreateComponentVersion",
        lambda params, **_: sent.append(json.loads(params["inlineRecipe"])),
    )
    greengrass.add_response("list_component_versions", {"componentVersions": []})
    made = {"arn": "arn:of:the:new:version:of:the:component:lookalike", "componentName": "lookalike.Edge"}
    made["componentVersion"] = "0.1.0"
    requested = {"status": {"componentState": "REQUESTED"}, "creationTimestamp": 0}
    greengrass.add_response("create_component_version", {**made, **requested})
    greengrass.add_response("describe_component", {**made, "status": {"componentState": "DEPLOYABLE"}})
    return sent


def device_succeeds(stubbed: Stubbed) -> None:
    times = {"creationTimestamp": 0, "modifiedTimestamp": 0}
    done = {"deploymentId": "new", "coreDeviceExecutionStatus": "SUCCEEDED", **times}
    done |= {"deploymentName": "Lookalike", "targetArn": "arn"}
    stubbed.of("greengrassv2").add_response("list_effective_deployments", {"effectiveDeployments": [done]})


@pytest.fixture
def edge(tmp_path: Path) -> EdgeChoices:
    """A device, and a small file in the model's place."""
    (tmp_path / "small.onnx").write_bytes(b"model")
    return EdgeChoices(thing="cam-1", model=str(tmp_path / "small.onnx"), into=tmp_path / "built")


def test_a_new_device_from_nothing_to_done(stubbed: Stubbed, edge: EdgeChoices) -> None:
    greengrass = stubbed.of("greengrassv2")
    role_is_there(stubbed)
    stubbed.of("s3").add_client_error("head_object", "404", http_status_code=404)
    stubbed.of("s3").add_response("put_object", {})
    greengrass.add_response("list_deployments", {"deployments": []})
    rights_are_given(stubbed)
    greengrass.add_client_error("get_core_device", "ResourceNotFoundException")
    for host in ("data.example", "credentials.example"):
        stubbed.of("iot").add_response("describe_endpoint", {"endpointAddress": host})
    sent = component_is_made(stubbed)
    greengrass.add_response("create_deployment", {"deploymentId": "new"})
    device_succeeds(stubbed)
    told: list[str] = []
    assert deploy(stubbed.account, MUGS, edge, ask=lambda _: False, tell=told.append)
    (uploaded,) = (line.removeprefix("uploaded: ") for line in told if line.startswith("uploaded: "))
    assert uploaded.startswith(f"s3://mugs-artefacts-{NUMBER}-{REGION}/edge/")
    assert sent[0]["Manifests"][0]["Artifacts"] == [{"Uri": uploaded, "Unarchive": "ZIP"}]
    assert sent[0]["ComponentConfiguration"]["DefaultConfiguration"]["Model"] == "small"
    assert f"cam-1: {edge.into}/cam-1/nucleus-lite.yaml" in told
    assert told[-3:] == ["lookalike.Edge 0.1.0: made", "deployment new: made", "cam-1: succeeded"]


def test_a_new_model_goes_beside_the_page_and_into_the_settings(
    stubbed: Stubbed, edge: EdgeChoices, tmp_path: Path
) -> None:
    (tmp_path / "better.onnx").write_bytes(b"better")
    greengrass, s3 = stubbed.of("greengrassv2"), stubbed.of("s3")
    role_is_there(stubbed)
    s3.add_response("head_object", {})  # the artefact, as it was
    greengrass.add_response("list_deployments", {"deployments": []})
    stack(stubbed, "mugs", Outputs=[{"OutputKey": "PageUrl", "OutputValue": "https://page"}])
    s3.add_client_error("head_object", "404", http_status_code=404)
    s3.add_response("put_object", {})
    rights_are_given(stubbed)
    greengrass.add_client_error("get_core_device", "ResourceNotFoundException")
    for host in ("data.example", "credentials.example"):
        stubbed.of("iot").add_response("describe_endpoint", {"endpointAddress": host})
    component_is_made(stubbed)
    deployed: list[str] = []
    greengrass.client.meta.events.register(
        "before-parameter-build.greengrassv2.CreateDeployment",
        lambda params, **_: deployed.append(
            params["components"]["lookalike.Edge"]["configurationUpdate"]["merge"]
        ),
    )
    greengrass.add_response("create_deployment", {"deploymentId": "new"})
    device_succeeds(stubbed)
    choices = replace(edge, new_model=str(tmp_path / "better.onnx"))
    assert deploy(stubbed.account, MUGS, choices, ask=lambda _: False, tell=lambda _: None)
    sha256 = hashlib.sha256(b"better").hexdigest()
    settings = json.loads(deployed[0])
    assert settings["Model"] == f"https://page/models/{sha256}.onnx"
    assert settings["ModelFingerprint"] == sha256


def test_the_rights_of_devices_are_asked_for_first(stubbed: Stubbed, edge: EdgeChoices) -> None:
    stack(stubbed, "mugs-storage")
    no_stack(stubbed, "mugs-devices")
    change = {"Action": "Add", "LogicalResourceId": "Role", "ResourceType": "AWS::IAM::Role"}
    planned(stubbed, Status="CREATE_COMPLETE", Changes=[{"Type": "Resource", "ResourceChange": change}])
    stubbed.of("cloudformation").add_response("delete_change_set", {})
    no_stack(stubbed, "mugs-devices")
    told: list[str] = []
    asked: list[str] = []

    def deny(question: str) -> bool:
        asked.append(question)
        return False

    assert not deploy(stubbed.account, MUGS, edge, ask=deny, tell=told.append)
    assert asked == ["Deploy this?"]
    assert told[1:] == ["add    mugs-devices: Role (AWS::IAM::Role)"]


def test_without_a_deployment_there_is_nothing_to_speak_to(stubbed: Stubbed, edge: EdgeChoices) -> None:
    no_stack(stubbed, "mugs-storage")
    with pytest.raises(DeployError, match=r"no deployment mugs in this region; `make deploy-aws` makes one"):
        deploy(stubbed.account, MUGS, edge, ask=lambda _: True, tell=lambda _: None)
