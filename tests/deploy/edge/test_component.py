"""A component's version is made only when its content has changed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.stub import ANY

from common.version import VERSION
from deploy.aws.errors import DeployError
from deploy.edge.component import Components, content_of
from deploy.edge.recipe import in_virtual_environment
from tests.deploy.edge.conftest import NUMBER, REGION, Stubbed

RECIPE = in_virtual_environment(uri="s3://artefacts/edge/1/lookalike-edge.zip", model="balanced")
CONTENT = content_of(RECIPE)
COMPONENT = f"arn:aws:greengrass:{REGION}:{NUMBER}:components:lookalike.Edge"
TAGS = {"lookalike:name": "mugs"}


def arn(version: str) -> str:
    return f"{COMPONENT}:versions:{version}"


def listed(stubbed: Stubbed, *versions: str) -> None:
    found = [
        {"componentName": "lookalike.Edge", "componentVersion": each, "arn": arn(each)} for each in versions
    ]
    stubbed.of("greengrassv2").add_response(
        "list_component_versions", {"componentVersions": found}, {"arn": COMPONENT}
    )


def described(stubbed: Stubbed, version: str, *, content: str = CONTENT, **status: Any) -> None:
    stubbed.of("greengrassv2").add_response(
        "describe_component",
        {
            "arn": arn(version),
            "componentName": "lookalike.Edge",
            "componentVersion": version,
            "status": {"componentState": "DEPLOYABLE", **status},
            "tags": {**TAGS, "lookalike:content": content},
        },
        {"arn": arn(version)},
    )


def made(stubbed: Stubbed, version: str) -> None:
    stubbed.of("greengrassv2").add_response(
        "create_component_version",
        {
            "arn": arn(version),
            "componentName": "lookalike.Edge",
            "componentVersion": version,
            "creationTimestamp": 0,
            "status": {"componentState": "REQUESTED"},
        },
        {"inlineRecipe": ANY, "tags": {**TAGS, "lookalike:content": CONTENT}},
    )


def bring(stubbed: Stubbed) -> tuple[str, bool]:
    version, new = Components(stubbed.account, tags=TAGS).bring(RECIPE)
    return version.text, new


def test_the_first_version_has_the_projects_number(stubbed: Stubbed) -> None:
    stubbed.of("greengrassv2").add_client_error("list_component_versions", "ResourceNotFoundException")
    made(stubbed, VERSION)
    described(stubbed, VERSION, componentState="INITIATED")
    described(stubbed, VERSION)
    assert bring(stubbed) == (VERSION, True)


def test_the_same_content_needs_no_new_version(stubbed: Stubbed) -> None:
    listed(stubbed, "0.1.9", "0.1.10", "0.1.2")
    described(stubbed, "0.1.10")
    described(stubbed, "0.1.10")
    assert bring(stubbed) == ("0.1.10", False)


@pytest.mark.parametrize(
    "before", [{"content": "other"}, {"componentState": "FAILED"}], ids=["other content", "it has failed"]
)
def test_a_new_version_follows_the_newest(stubbed: Stubbed, before: dict[str, str]) -> None:
    listed(stubbed, "0.1.9", "0.1.10")
    described(stubbed, "0.1.10", **before)
    made(stubbed, "0.1.11")
    described(stubbed, "0.1.11")
    assert bring(stubbed) == ("0.1.11", True)


def test_the_recipe_that_is_sent_has_the_new_version(stubbed: Stubbed) -> None:
    sent: list[bytes] = []
    client = stubbed.of("greengrassv2").client
    client.meta.events.register(
        "before-parameter-build.greengrassv2.CreateComponentVersion",
        lambda params, **_: sent.append(params["inlineRecipe"]),
    )
    listed(stubbed, "1.0.0")
    described(stubbed, "1.0.0", content="other")
    made(stubbed, "1.0.1")
    described(stubbed, "1.0.1")
    bring(stubbed)
    assert json.loads(sent[0]) == {**RECIPE, "ComponentVersion": "1.0.1"}


def test_what_aws_finds_wrong_with_a_version_is_told(stubbed: Stubbed) -> None:
    listed(stubbed)
    made(stubbed, VERSION)
    errors = {"Uri": "artifact s3://artefacts/edge/1/lookalike-edge.zip does not exist"}
    described(stubbed, VERSION, componentState="FAILED", message="Artifacts are faulty", errors=errors)
    with pytest.raises(DeployError, match=r"Artifacts are faulty\n  Uri: artifact .* does not exist"):
        bring(stubbed)


def test_only_our_versions_are_removed(stubbed: Stubbed) -> None:
    for version in ("0.1.2", "0.1.1"):
        listed(stubbed, "0.1.1", version)
        described(stubbed, version)
        described(stubbed, version)
        stubbed.of("greengrassv2").add_response("delete_component", {}, {"arn": arn(version)})
    listed(stubbed)
    assert Components(stubbed.account, tags=TAGS).remove("lookalike.Edge") == 2
    listed(stubbed, "0.1.1")
    described(stubbed, "0.1.1")
    described(stubbed, "0.1.1")
    assert Components(stubbed.account, tags={"lookalike:name": "cups"}).remove("lookalike.Edge") == 0
