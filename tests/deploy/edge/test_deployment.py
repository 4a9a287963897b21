"""A deployment keeps what else its target has, and is made only when something has changed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deploy.edge.component import Version
from deploy.edge.deployment import Deployments, Target
from deploy.edge.recipe import access, in_container, in_virtual_environment
from tests.deploy.edge.conftest import NUMBER, REGION, Stubbed

RECIPE = in_virtual_environment(uri="s3://artefacts/edge/1/lookalike-edge.zip", model="balanced")
VERSION = Version("0.1.4", "arn", "content", "DEPLOYABLE")
THING = Target(f"arn:aws:iot:{REGION}:{NUMBER}:thing/cam-1", "cam-1", "")
GROUP = Target(f"arn:aws:iot:{REGION}:{NUMBER}:thinggroup/shop", "cam-1", "shop")
OTHER = {"componentVersion": "2.3.4"}


def merge(target: Target, settings: dict[str, str]) -> str:
    granted = access(RECIPE, target.name_in_topics, settings)
    return json.dumps({**settings, "accessControl": granted}, sort_keys=True)


def ours(target: Target, settings: dict[str, str], version: str = "0.1.4", **more: Any) -> dict[str, Any]:
    return {"componentVersion": version, "configurationUpdate": {"merge": merge(target, settings)}, **more}


def latest(stubbed: Stubbed, target: Target, components: dict[str, Any] | None, **more: Any) -> None:
    client = stubbed.of("greengrassv2")
    found = [] if components is None else [{"deploymentId": "before"}]
    client.add_response(
        "list_deployments", {"deployments": found}, {"targetArn": target.arn, "historyFilter": "LATEST_ONLY"}
    )
    if components is not None:
        answer = {"deploymentId": "before", "deploymentStatus": "COMPLETED", "components": components, **more}
        client.add_response("get_deployment", answer, {"deploymentId": "before"})


def made(stubbed: Stubbed, target: Target, components: dict[str, Any], **more: Any) -> None:
    wished = {"deploymentName": "Lookalike", "targetArn": target.arn, "components": components, **more}
    stubbed.of("greengrassv2").add_response("create_deployment", {"deploymentId": "new"}, wished)


def bring(stubbed: Stubbed, target: Target, **given: str) -> tuple[str, bool]:
    deployments = Deployments(stubbed.account, target)
    return deployments.bring(RECIPE, VERSION, deployments.settings(RECIPE, given))


def test_the_first_deployment(stubbed: Stubbed) -> None:
    settings = {"MaxFps": "5", "Model": "balanced"}
    latest(stubbed, THING, None)
    made(stubbed, THING, {"lookalike.Edge": ours(THING, settings)})
    assert bring(stubbed, THING, MaxFps="5") == ("new", True)
    assert "lookalike/cam-1/features" in merge(THING, settings)
    assert "*/features" not in merge(THING, settings)


def test_a_group_has_stars_for_its_things(stubbed: Stubbed) -> None:
    latest(stubbed, GROUP, None)
    made(stubbed, GROUP, {"lookalike.Edge": ours(GROUP, {"Model": "balanced"})})
    assert bring(stubbed, GROUP) == ("new", True)
    assert "lookalike/*/features" in merge(GROUP, {})


def test_other_components_policies_and_settings_stay(stubbed: Stubbed) -> None:
    before = ours(THING, {"Source": "rtsp://door", "MaxFps": "5", "Model": "fast"}, "0.1.3")
    before["runWith"] = {"posixUser": "camera"}
    kept = {"deploymentPolicies": {"failureHandlingPolicy": "DO_NOTHING"}, "deploymentName": "Shop"}
    latest(stubbed, THING, {"aws.greengrass.Cli": OTHER, "lookalike.Edge": before}, **kept)
    settings = {"Source": "rtsp://door", "MaxFps": "2", "Model": "balanced"}
    wished = ours(THING, settings, runWith={"posixUser": "camera"})
    made(stubbed, THING, {"aws.greengrass.Cli": OTHER, "lookalike.Edge": wished}, **kept)
    assert bring(stubbed, THING, MaxFps="2") == ("new", True)


@pytest.mark.parametrize(
    ("status", "new"), [("COMPLETED", False), ("ACTIVE", False), ("FAILED", True), ("CANCELED", True)]
)
def test_the_same_again_only_after_a_failure(stubbed: Stubbed, status: str, new: bool) -> None:
    components = {"lookalike.Edge": ours(THING, {"Model": "balanced"})}
    latest(stubbed, THING, components, deploymentStatus=status)
    if new:
        made(stubbed, THING, components)
    assert bring(stubbed, THING) == ("new" if new else "before", new)


def test_a_model_at_an_address_stays(stubbed: Stubbed) -> None:
    settings = {"Model": "https://models.example/mugs.onnx", "ModelFingerprint": "0123456789ab"}
    latest(stubbed, THING, {"lookalike.Edge": ours(THING, settings)})
    assert bring(stubbed, THING) == ("before", False)


def test_another_model_has_another_fingerprint(stubbed: Stubbed) -> None:
    settings = {"Model": "https://models.example/mugs.onnx", "ModelFingerprint": "0123456789ab"}
    for given, expected in (("", ""), ("ba9876543210", "ba9876543210")):
        latest(stubbed, THING, {"lookalike.Edge": ours(THING, settings)})
        asked = {"Model": "fast"} | ({"ModelFingerprint": given} if given else {})
        wished = Deployments(stubbed.account, THING).settings(RECIPE, asked)
        assert wished == {"Model": "fast", "ModelFingerprint": expected}


def test_a_container_keeps_its_model(stubbed: Stubbed) -> None:
    container = in_container("shop/edge:1")
    deployed = {"componentVersion": "0.1.0", "configurationUpdate": {"merge": '{"Model": "fast"}'}}
    latest(stubbed, THING, {"lookalike.EdgeContainer": deployed})
    assert Deployments(stubbed.account, THING).settings(container, {}) == {"Model": "fast"}


def test_settings_bring_the_access_that_they_need() -> None:
    def resources(**settings: str) -> list[str]:
        policies = access(RECIPE, "door:1", settings)["aws.greengrass.ipc.mqttproxy"]
        return [each for policy in policies.values() for each in policy["resources"]]

    assert resources() == [
        "lookalike/door:1/features",
        "lookalike/door:1/details",
        "lookalike/door:1/status",
        "lookalike/door:1/preview",
        "lookalike/door:1/reply/*",
        "lookalike/door:1/command",
    ]
    assert set(resources(IotRule="mugs_features")) - set(resources()) == {
        "$aws/rules/mugs_features/lookalike/door:1/features"
    }
    assert set(resources(HomeAssistant="1")) - set(resources()) == {
        "homeassistant/*/lookalike_door_1/*/config"
    }
    assert resources(HomeAssistant="0") == resources()
