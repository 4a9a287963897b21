"""A deployment on its devices, followed until each has ended it, with the reason where one has failed."""

from __future__ import annotations

import time
from typing import Any

from botocore.exceptions import ClientError

from deploy.aws.account import Account
from deploy.aws.errors import DeployError
from deploy.aws.stacks import Tell
from deploy.edge.deployment import Target

_DONE = ("SUCCEEDED", "COMPLETED")
_ENDED = (*_DONE, "FAILED", "TIMED_OUT", "CANCELED", "REJECTED")
# What is shown of a device that has not begun.
_NOT_BEGUN = ("", "QUEUED")


class Follower:
    """Looks at what core devices report of one deployment."""

    def __init__(self, account: Account, *, tell: Tell) -> None:
        self._client, self._interval_s, self._tell = (
            account.client("greengrassv2"),
            account.interval_s,
            tell,
        )

    def follow(self, target: Target, deployment: str, *, wait_s: float) -> None:
        """Follow a deployment on the target's devices; DeployError if one fails or is not done in time."""
        things = sorted({target.thing, *(self._things_of(target.arn) if target.group else ())} - {""})
        if not things:
            raise DeployError(f"no core device is in {target.arn} yet; the deployment waits for the first")
        states = dict.fromkeys(things, "")
        failures: list[str] = []
        until_s = time.monotonic() + wait_s
        while waiting := [thing for thing, state in states.items() if state not in _ENDED]:
            for thing in waiting:
                found = self._effective(thing, deployment)
                state = found.get("coreDeviceExecutionStatus", "")
                if state != states[thing]:
                    self._tell(f"{thing}: {state.lower().replace('_', ' ')}")
                states[thing] = state
                if state in _ENDED and state not in _DONE:
                    failures.append(_reason(thing, found))
            if time.monotonic() > until_s:
                failures += [self._late(thing, states[thing], wait_s) for thing in waiting]
                break
            if any(state not in _ENDED for state in states.values()):
                time.sleep(self._interval_s)
        if failures:
            raise DeployError("\n".join(failures))

    def last_heard(self, thing: str) -> str | None:
        """When a core device last reported, in words; None if there is none of this name."""
        try:
            found = self._client.get_core_device(coreDeviceThingName=thing)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise
        kind = found.get("runtime") or f"nucleus {found.get('coreVersion', '')}".strip()
        heard = f"{found['lastStatusUpdateTimestamp']:%Y-%m-%d %H:%M %Z}"
        return f"{found['status'].lower()}, {kind}, last heard {heard}"

    def _things_of(self, group: str) -> list[str]:
        pages = self._client.get_paginator("list_core_devices").paginate(thingGroupArn=group)
        return [each["coreDeviceThingName"] for page in pages for each in page["coreDevices"]]

    def _effective(self, thing: str, deployment: str) -> dict[str, Any]:
        """What a device reports of the deployment; empty before it has begun."""
        try:
            pages = self._client.get_paginator("list_effective_deployments").paginate(
                coreDeviceThingName=thing
            )
            for page in pages:
                for each in page["effectiveDeployments"]:
                    if each["deploymentId"] == deployment:
                        return dict(each)
        except ClientError as error:
            # A device that has never reported.
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
        return {}

    def _late(self, thing: str, state: str, wait_s: float) -> str:
        told = f"{thing} has not ended the deployment within {wait_s / 60:g} minutes"
        again = "AWS keeps it, and the same command follows it again"
        if state not in _NOT_BEGUN:
            return f"{told} ({state.lower().replace('_', ' ')}); {again}"
        heard = self.last_heard(thing) or "never heard"
        return f"{told}, nor begun it ({heard}); is its nucleus running? {again}"


def _reason(thing: str, found: dict[str, Any]) -> str:
    """What a device says of its failure."""
    details = found.get("statusDetails", {})
    lines = [f"{thing}: {found['coreDeviceExecutionStatus'].lower().replace('_', ' ')}"]
    lines += [f"  {found['reason']}"] if found.get("reason") else []
    lines += [f"  {each}" for each in details.get("errorStack", [])]
    log = "the device has the log: /greengrass/v2/logs/lookalike.Edge*.log, or journalctl with nucleus lite"
    return "\n".join([*lines, f"  {log}"])
