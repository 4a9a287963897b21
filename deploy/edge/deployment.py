"""The deployment of a target, a thing or a group: what else it holds stays as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deploy.aws.account import Account
from deploy.edge.component import Version
from deploy.edge.recipe import Recipe, access, default

# The component whose artefact holds one model; the image of the other one has all.
ONE_MODEL = "lookalike.Edge"
# What a deployment takes over from the one before.
_TAKEN_OVER = ("deploymentName", "deploymentPolicies", "iotJobConfiguration")
_ENDED = ("CANCELED", "FAILED")


@dataclass(frozen=True)
class Target:
    """What is deployed to: the name of a thing, or of a group with a thing that is in it, or with none."""

    arn: str
    thing: str
    group: str

    @property
    def name_in_topics(self) -> str:
        """The thing's name, a star for all of a group."""
        return "*" if self.group else self.thing


class Deployments:
    """The deployments of a target."""

    def __init__(self, account: Account, target: Target) -> None:
        self._client, self._target = account.client("greengrassv2"), target
        self._latest = self._newest()

    def settings(self, recipe: Recipe, given: Mapping[str, str]) -> dict[str, str]:
        """The component's settings: those that are given, and all that were deployed before."""
        merged = json.loads(self._before(recipe).get("configurationUpdate", {}).get("merge") or "{}")
        settings = {key: value for key, value in merged.items() if key != "accessControl"} | dict(given)
        if "Model" in given and "ModelFingerprint" in settings:
            # That of the model before would refuse this one; what is left out stays on a device.
            settings["ModelFingerprint"] = given.get("ModelFingerprint", "")
        at_an_address = "://" in settings.get("Model", "")
        if "Model" not in given and recipe["ComponentName"] == ONE_MODEL and not at_an_address:
            # A device keeps what it had, whatever a newer recipe has as its default.
            settings["Model"] = default(recipe)["Model"]
        return settings

    def bring(self, recipe: Recipe, version: Version, settings: Mapping[str, str]) -> tuple[str, bool]:
        """The id of the deployment with this version and these settings, and whether it had to be made."""
        name, before = recipe["ComponentName"], self._before(recipe)
        merged = {**settings, "accessControl": access(recipe, self._target.name_in_topics, settings)}
        wished = {
            **before,
            "componentVersion": version.text,
            "configurationUpdate": {
                **before.get("configurationUpdate", {}),
                "merge": json.dumps(merged, sort_keys=True),
            },
        }
        if before == wished and self._latest["deploymentStatus"] not in _ENDED:
            return self._latest["deploymentId"], False
        taken_over = {key: self._latest[key] for key in _TAKEN_OVER if key in self._latest}
        made = self._client.create_deployment(
            **{"deploymentName": "Lookalike", **taken_over},
            targetArn=self._target.arn,
            # Those that are left out would be removed from the device.
            components={**self._latest.get("components", {}), name: wished},
        )
        return made["deploymentId"], True

    def _before(self, recipe: Recipe) -> dict[str, Any]:
        """The component in the newest deployment, empty if it is not there."""
        return dict(self._latest.get("components", {}).get(recipe["ComponentName"], {}))

    def _newest(self) -> dict[str, Any]:
        found = self._client.list_deployments(targetArn=self._target.arn, historyFilter="LATEST_ONLY")
        for each in found["deployments"]:
            return dict(self._client.get_deployment(deploymentId=each["deploymentId"]))
        return {}
