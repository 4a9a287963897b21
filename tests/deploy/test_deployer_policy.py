"""The policies of the person who deploys: what the code and the templates need by now, and no more."""

from __future__ import annotations

import pytest

from deploy.aws.deployer.calls import actions_of_calls
from deploy.aws.deployer.handlers import HANDLERS
from deploy.aws.deployer.policy import (
    FILES,
    MOST_CHARACTERS,
    characters,
    policies,
    text_of,
    types_of_templates,
)


def test_the_files_are_what_is_generated() -> None:
    for path, policy in zip(FILES, policies("lookalike"), strict=True):
        assert path.read_text(encoding="utf-8") == text_of(policy), "run `python -m deploy.aws.deployer`"


def test_each_policy_fits_into_iam() -> None:
    # The longest name that a deployment may have.
    assert max(map(characters, policies("a" * 20))) <= MOST_CHARACTERS


def test_each_type_of_the_templates_has_its_actions_and_no_other_has() -> None:
    assert set(HANDLERS) == types_of_templates()


def test_calls_that_no_emulator_takes_are_found_in_the_code() -> None:
    found = actions_of_calls()
    assert {"sagemaker:CreateTrainingJob", "sagemaker:UpdateEndpoint", "sagemaker:InvokeEndpoint"} <= found
    assert "sagemaker:CreateNotebookInstance" not in found
    assert {"greengrass:CreateComponentVersion", "greengrass:ListEffectiveDeployments"} <= found
    assert {"iot:CreatePolicyVersion", "iot:ListPolicies"} <= found


@pytest.mark.parametrize("service", ["s3", "dynamodb", "lambda", "iam", "cloudformation", "sqs", "ecr"])
def test_what_has_a_name_is_allowed_under_the_deployment_s_alone(service: str) -> None:
    account_wide = {"iam:CreateServiceLinkedRole", "ecr:GetAuthorizationToken"}
    for statement in (each for policy in policies("shop") for each in policy["Statement"]):
        actions = {action for action in statement["Action"] if action.startswith(f"{service}:")}
        if actions - account_wide:
            assert all("shop" in resource for resource in statement["Resource"]), actions
