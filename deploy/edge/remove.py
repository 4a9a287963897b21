"""Removal of what `make deploy-edge` made on AWS; a device keeps its component until it is removed there."""

from __future__ import annotations

from deploy.aws.account import Account
from deploy.aws.choices import Choices
from deploy.aws.stacks import Tell
from deploy.edge.component import Components
from deploy.edge.recipe import CONTAINER, RECIPE, read_recipe


def remove_devices(account: Account, choices: Choices, tell: Tell) -> None:
    """Remove the components' versions and the devices' policies of a deployment."""
    components = Components(account, tags=choices.tags)
    for name in (read_recipe(path)["ComponentName"] for path in (RECIPE, CONTAINER)):
        if count := components.remove(name):
            tell(f"deleted: {count} versions of {name}")
    iot = account.client("iot")
    for page in iot.get_paginator("list_policies").paginate():
        for each in page["policies"]:
            policy = each["policyName"]
            if policy.startswith((f"{choices.name}-core-", f"{choices.name}-edge-")):
                for target in iot.list_targets_for_policy(policyName=policy)["targets"]:
                    iot.detach_policy(policyName=policy, target=target)
                for version in iot.list_policy_versions(policyName=policy)["policyVersions"]:
                    if not version["isDefaultVersion"]:
                        iot.delete_policy_version(policyName=policy, policyVersionId=version["versionId"])
                iot.delete_policy(policyName=policy)
                tell(f"deleted: policy {policy}")
