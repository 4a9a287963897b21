"""The component's versions on AWS: a new one only if the artefact or the recipe has changed."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from common.version import VERSION
from deploy.aws.account import Account
from deploy.aws.errors import DeployError
from deploy.edge.recipe import Recipe, as_json

# The tag of a version that holds what it was made of.
_CONTENT = "lookalike:content"
_NUMBERS = re.compile(r"(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True)
class Version:
    """A version of a component; `content` is the digest of what it was made of."""

    text: str
    arn: str
    content: str
    state: str


def content_of(recipe: Recipe) -> str:
    """The digest of a recipe, whose artefact's address changes with the artefact."""
    return hashlib.sha256(as_json(recipe)).hexdigest()[:16]


class Components:
    """The versions of our components in an account and region; every call may raise DeployError."""

    def __init__(self, account: Account, *, tags: dict[str, str]) -> None:
        self._client, self._tags, self._interval_s = account.client("greengrassv2"), tags, account.interval_s
        self._arn = f"arn:{account.partition}:greengrass:{account.region}:{account.number}:components"

    def newest(self, name: str) -> Version | None:
        """The newest version of a component, None without one."""
        try:
            pages = self._client.get_paginator("list_component_versions").paginate(arn=f"{self._arn}:{name}")
            found = [each for page in pages for each in page["componentVersions"]]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise
        return self._described(max(found, key=_numbers)["arn"]) if found else None

    def bring(self, recipe: Recipe) -> tuple[Version, bool]:
        """The version with this content, and whether it had to be made."""
        newest, content = self.newest(recipe["ComponentName"]), content_of(recipe)
        if newest and newest.content == content and newest.state != "FAILED":
            return self._deployable(newest.arn), False
        text = _following(newest.text if newest else None)
        made = self._client.create_component_version(
            inlineRecipe=as_json(recipe, text), tags={**self._tags, _CONTENT: content}
        )
        return self._deployable(made["arn"]), True

    def remove(self, name: str) -> int:
        """Delete the versions that have our tags; gives their number."""
        count = 0
        while (newest := self.newest(name)) and self._is_ours(newest.arn):
            self._client.delete_component(arn=newest.arn)
            count += 1
        return count

    def _is_ours(self, arn: str) -> bool:
        return bool(self._tags.items() <= self._client.describe_component(arn=arn).get("tags", {}).items())

    def _deployable(self, arn: str) -> Version:
        """A version once AWS has read it; DeployError with AWS' reason if it can't."""
        while True:
            found = self._client.describe_component(arn=arn)
            status = found["status"]
            if status["componentState"] not in ("REQUESTED", "INITIATED"):
                break
            time.sleep(self._interval_s)
        if status["componentState"] != "DEPLOYABLE":
            errors = "".join(f"\n  {key}: {value}" for key, value in status.get("errors", {}).items())
            told = (
                f"{found['componentName']} {found['componentVersion']}: {status.get('message', '')}{errors}"
            )
            raise DeployError(f"AWS can't deploy {told}")
        return _version(found)

    def _described(self, arn: str) -> Version:
        return _version(self._client.describe_component(arn=arn))


def _version(found: dict[str, Any]) -> Version:
    tags, status = found.get("tags", {}), found["status"]
    return Version(found["componentVersion"], found["arn"], tags.get(_CONTENT, ""), status["componentState"])


def _numbers(found: dict[str, Any]) -> tuple[int, ...]:
    numbers = _NUMBERS.match(found["componentVersion"])
    return tuple(map(int, numbers.groups())) if numbers else ()


def _following(newest: str | None) -> str:
    """The number after the newest; the project's own where that is higher."""
    own, before = _numbers({"componentVersion": VERSION}), _numbers({"componentVersion": newest or ""})
    if own > before:
        return VERSION
    return ".".join(map(str, (*before[:2], before[2] + 1)))
