"""A thing gets the rights of a core device, and its nuclei their configuration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.stub import ANY

from deploy.aws.errors import DeployError
from deploy.edge.core_device import CoreDevices
from deploy.edge.recipe import access, in_virtual_environment
from tests.deploy.edge.conftest import NUMBER, REGION, Stubbed

PLACE = f"arn:aws:iot:{REGION}:{NUMBER}"
CERTIFICATE = f"{PLACE}:cert/0123"
GRANTED = access(in_virtual_environment(uri="s3://a/b.zip", model="balanced"), "door:1", {})
POLICIES = ("mugs-core-door=1", "mugs-edge-door=1")
# AWS counts a policy's characters.
MOST_CHARACTERS = 2048


def devices(stubbed: Stubbed) -> CoreDevices:
    return CoreDevices(stubbed.account, "mugs", role_alias="mugs-devices")


def has_certificate(stubbed: Stubbed) -> None:
    stubbed.of("iot").add_response(
        "list_thing_principals", {"principals": [CERTIFICATE]}, {"thingName": "door:1"}
    )


def attached(stubbed: Stubbed, *policies: str) -> None:
    found = {"policies": [{"policyName": each} for each in policies]}
    stubbed.of("iot").add_response("list_attached_policies", found, {"target": CERTIFICATE})


def allow_a_new_one(stubbed: Stubbed) -> dict[str, Any]:
    """The documents of the policies that a new thing gets, by name."""
    documents: dict[str, Any] = {}

    def keep(params: dict[str, str], **_: object) -> None:
        documents[params["policyName"]] = json.loads(params["policyDocument"])
        assert len(params["policyDocument"]) < MOST_CHARACTERS

    iot = stubbed.of("iot")
    iot.client.meta.events.register("before-parameter-build.iot.CreatePolicy", keep)
    has_certificate(stubbed)
    for policy in POLICIES:
        iot.add_client_error("get_policy", "ResourceNotFoundException")
        iot.add_response("create_policy", {}, {"policyName": policy, "policyDocument": ANY})
        attached(stubbed, "mugs-camera")
        iot.add_response("attach_policy", {}, {"policyName": policy, "target": CERTIFICATE})
    assert devices(stubbed).allow("door:1", GRANTED)
    return documents


def test_a_certificate_gets_two_policies_for_its_own_names(stubbed: Stubbed) -> None:
    documents = allow_a_new_one(stubbed)
    assert tuple(documents) == POLICIES
    rights = [
        (action, resource)
        for document in documents.values()
        for statement in document["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    ]
    assert ("iot:Connect", f"{PLACE}:client/door:1") in rights
    assert ("iot:Publish", f"{PLACE}:topic/lookalike/door:1/features") in rights
    assert ("iot:Subscribe", f"{PLACE}:topicfilter/lookalike/door:1/command") in rights
    assert ("iot:AssumeRoleWithCertificate", f"{PLACE}:rolealias/mugs-devices") in rights
    topics = [resource for action, resource in rights if action == "iot:Publish"]
    assert all("/door:1/" in topic for topic in topics)


def test_policies_that_are_as_they_should_be_are_left_alone(stubbed: Stubbed) -> None:
    documents = allow_a_new_one(stubbed)
    has_certificate(stubbed)
    for policy in POLICIES:
        document = json.dumps(documents[policy])
        stubbed.of("iot").add_response("get_policy", {"policyDocument": document}, {"policyName": policy})
        attached(stubbed, "mugs-camera", *POLICIES)
    assert not devices(stubbed).allow("door:1", GRANTED)


def test_an_outdated_policy_gets_a_new_version_and_loses_the_oldest(stubbed: Stubbed) -> None:
    iot = stubbed.of("iot")
    has_certificate(stubbed)
    for policy in POLICIES:
        iot.add_response("get_policy", {"policyDocument": "{}"}, {"policyName": policy})
        versions = [{"versionId": str(n), "isDefaultVersion": n == 2} for n in (10, 9, 4, 3, 2)]
        iot.add_response("list_policy_versions", {"policyVersions": versions}, {"policyName": policy})
        iot.add_response("delete_policy_version", {}, {"policyName": policy, "policyVersionId": "3"})
        made = {"policyName": policy, "policyDocument": ANY, "setAsDefault": True}
        iot.add_response("create_policy_version", {}, made)
        attached(stubbed, *POLICIES)
    assert devices(stubbed).allow("door:1", GRANTED)


def test_a_thing_without_certificate_is_told_what_to_do(stubbed: Stubbed) -> None:
    stubbed.of("iot").add_client_error("list_thing_principals", "ResourceNotFoundException")
    with pytest.raises(DeployError, match=r"`\.venv/bin/lookalike aws things add cam-9` makes both"):
        devices(stubbed).allow("cam-9", GRANTED)
    stubbed.of("iot").add_response("list_thing_principals", {"principals": []})
    with pytest.raises(DeployError, match="no such thing with a certificate"):
        devices(stubbed).join("cam-9", "shop")


def test_a_thing_joins_a_group_that_is_made(stubbed: Stubbed) -> None:
    has_certificate(stubbed)
    stubbed.of("iot").add_response("create_thing_group", {}, {"thingGroupName": "shop"})
    joined = {"thingGroupName": "shop", "thingName": "door:1"}
    stubbed.of("iot").add_response("add_thing_to_thing_group", {}, joined)
    devices(stubbed).join("door:1", "shop")


def test_each_nucleus_gets_its_configuration(stubbed: Stubbed, tmp_path: Path) -> None:
    for kind, host in (("Data-ATS", "data.example"), ("CredentialProvider", "credentials.example")):
        answer, asked = {"endpointAddress": host}, {"endpointType": f"iot:{kind}"}
        stubbed.of("iot").add_response("describe_endpoint", answer, asked)
    written = devices(stubbed).configure("door:1", tmp_path / "door")
    classic, lite = (yaml.safe_load(path.read_text()) for path in written)
    assert [path.name for path in written] == ["nucleus.yaml", "nucleus-lite.yaml"]
    assert classic["system"]["rootpath"] == "/greengrass/v2"
    assert lite["system"]["rootPath"] == "/var/lib/greengrass"
    for found, service in ((classic, "aws.greengrass.Nucleus"), (lite, "aws.greengrass.NucleusLite")):
        assert found["system"]["thingName"] == "door:1"
        configuration = found["services"][service]["configuration"]
        assert configuration["iotDataEndpoint"] == "data.example"
        assert configuration["iotCredEndpoint"] == "credentials.example"
        assert configuration["iotRoleAlias"] == "mugs-devices"
        assert configuration["awsRegion"] == REGION
