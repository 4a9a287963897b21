"""What was made for devices is removed with the deployment, and nothing of others."""

from __future__ import annotations

from deploy.aws.choices import Choices
from deploy.edge.remove import remove_devices
from tests.deploy.edge.conftest import Stubbed

ARN = "arn:aws:greengrass:eu-west-1:123456789012:components:lookalike.Edge:versions:0.1.0"


def test_versions_and_policies_go(stubbed: Stubbed) -> None:
    greengrass, iot = stubbed.of("greengrassv2"), stubbed.of("iot")
    version = {"componentName": "lookalike.Edge", "componentVersion": "0.1.0", "arn": ARN}
    described = {**version, "status": {"componentState": "DEPLOYABLE"}, "tags": {"lookalike:name": "mugs"}}
    greengrass.add_response("list_component_versions", {"componentVersions": [version]})
    greengrass.add_response("describe_component", described)
    greengrass.add_response("describe_component", described)
    greengrass.add_response("delete_component", {}, {"arn": ARN})
    greengrass.add_response("list_component_versions", {"componentVersions": []})
    greengrass.add_client_error("list_component_versions", "ResourceNotFoundException")

    policies = ("mugs-camera", "mugs-core-cam-1", "cups-core-cam-1")
    iot.add_response("list_policies", {"policies": [{"policyName": name} for name in policies]})
    ours = {"policyName": "mugs-core-cam-1"}
    iot.add_response("list_targets_for_policy", {"targets": ["arn:certificate"]}, ours)
    iot.add_response("detach_policy", {}, {**ours, "target": "arn:certificate"})
    versions = [{"versionId": "2", "isDefaultVersion": True}, {"versionId": "1", "isDefaultVersion": False}]
    iot.add_response("list_policy_versions", {"policyVersions": versions}, ours)
    iot.add_response("delete_policy_version", {}, {**ours, "policyVersionId": "1"})
    iot.add_response("delete_policy", {}, ours)

    told: list[str] = []
    remove_devices(stubbed.account, Choices(name="mugs"), told.append)
    assert told == ["deleted: 1 versions of lookalike.Edge", "deleted: policy mugs-core-cam-1"]
