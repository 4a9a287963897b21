"""CloudFormation stacks by change sets: planned, shown, carried out, and undone in words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from deploy.aws.errors import DeployError
from deploy.aws.plans import Change, Plan, failure, in_words

# A value that stays as it is deployed, for what only the stack knows.
KEEP = None
_NOTHING = ("didn't contain changes", "No updates are to be performed")
Tell = Callable[[str], None]


class Stacks:
    """The stacks of an account and region; every call may raise DeployError."""

    def __init__(self, client: Any, *, interval_s: float, tags: Mapping[str, str]) -> None:
        """`client` is botocore's for CloudFormation; all resources of the stacks get the tags."""
        self._client, self._interval_s = client, interval_s
        self._tags = [{"Key": key, "Value": value} for key, value in tags.items()]

    def outputs(self, stack: str) -> dict[str, str] | None:
        """The outputs of a stack that is up, None without one."""
        found = self._find(stack)
        if found is None or found["StackStatus"] == "REVIEW_IN_PROGRESS":
            return None
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}

    def parameters(self, stack: str) -> dict[str, str]:
        """The parameters of a stack as they are deployed; secret ones are stars."""
        found = self._find(stack) or {}
        return {each["ParameterKey"]: each["ParameterValue"] for each in found.get("Parameters", [])}

    def plan(self, stack: str, template: Path, parameters: Mapping[str, str | None]) -> Plan:
        """What a template with these parameters would change; what failed to come up is removed first."""
        found = self._find(stack)
        if found is not None and found["StackStatus"] in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED"):
            self.delete(stack)
            found = None
        if found is not None and found["StackStatus"].endswith("IN_PROGRESS"):
            if found["StackStatus"] != "REVIEW_IN_PROGRESS":
                told = f"stack {stack} is being changed by somebody ({found['StackStatus']})"
                raise DeployError(f"{told}; wait until that has ended")
            found = None
        try:
            made = self._client.create_change_set(
                StackName=stack,
                ChangeSetName=f"lookalike-{time.time_ns()}",
                ChangeSetType="UPDATE" if found else "CREATE",
                TemplateBody=template.read_text(encoding="utf-8"),
                Parameters=[
                    {"ParameterKey": key, "UsePreviousValue": True}
                    if value is KEEP
                    else {"ParameterKey": key, "ParameterValue": value}
                    for key, value in parameters.items()
                ],
                Capabilities=["CAPABILITY_IAM"],
                Tags=self._tags,
            )
        except ClientError as error:
            raise DeployError(f"AWS refuses the change of stack {stack}: {error}") from None
        return self._planned(stack, made["Id"])

    def _planned(self, stack: str, change_set: str) -> Plan:
        while True:
            found = self._client.describe_change_set(ChangeSetName=change_set, StackName=stack)
            if found["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
                break
            time.sleep(self._interval_s)
        if found["Status"] != "FAILED":
            return Plan(stack, change_set, tuple(self._changes(found)))
        self._client.delete_change_set(ChangeSetName=change_set, StackName=stack)
        reason = found.get("StatusReason", "")
        if any(each in reason for each in _NOTHING):
            return Plan(stack, "", ())
        raise DeployError(f"stack {stack} can't be changed: {reason}")

    def _changes(self, found: dict[str, Any]) -> Iterator[Change]:
        while True:
            for each in found["Changes"]:
                change = each["ResourceChange"]
                yield Change(
                    change["Action"],
                    change["LogicalResourceId"],
                    change["ResourceType"],
                    replaced=change.get("Replacement") == "True",
                    follows=_follows(change.get("Details", [])),
                )
            if not (token := found.get("NextToken")):
                return
            found = self._client.describe_change_set(ChangeSetName=found["ChangeSetId"], NextToken=token)

    def drop(self, plan: Plan) -> None:
        """Forget a plan; a stack that was only planned is gone too."""
        if plan.change_set:
            self._client.delete_change_set(ChangeSetName=plan.change_set, StackName=plan.stack)
        found = self._find(plan.stack)
        if found is not None and found["StackStatus"] == "REVIEW_IN_PROGRESS":
            self._client.delete_stack(StackName=plan.stack)

    def carry_out(self, plan: Plan, tell: Tell) -> dict[str, str]:
        """Carry out a plan and give the stack's outputs; `tell` hears of each resource.

        After a failure AWS has put the stack back, and the error names the resource that failed.
        """
        if plan.change_set:
            seen = self._events_so_far(plan.stack)
            self._client.execute_change_set(ChangeSetName=plan.change_set, StackName=plan.stack)
            self._follow(plan.stack, seen, tell, expected=("CREATE_COMPLETE", "UPDATE_COMPLETE"))
        return self.outputs(plan.stack) or {}

    def protect(self, stack: str, *, on: bool) -> None:
        """Let nobody delete a stack by mistake, or let it be deleted."""
        self._client.update_termination_protection(StackName=stack, EnableTerminationProtection=on)

    def resources(self, stack: str) -> list[tuple[str, str, str]]:
        """Each resource that a stack has: its name in the template, its type and its own name."""
        if self._find(stack) is None:
            return []
        pages = self._client.get_paginator("list_stack_resources").paginate(StackName=stack)
        return [
            (each["LogicalResourceId"], each["ResourceType"], each.get("PhysicalResourceId", ""))
            for page in pages
            for each in page["StackResourceSummaries"]
            if each["ResourceStatus"] != "DELETE_COMPLETE"
        ]

    def delete(self, stack: str, tell: Tell = lambda _: None) -> None:
        """Delete a stack and wait until it is gone; `tell` hears of each resource."""
        found = self._find(stack)
        if found is None:
            return
        seen = self._events_so_far(stack)
        self._client.delete_stack(StackName=stack)
        self._follow(found["StackId"], seen, tell, expected=("DELETE_COMPLETE",))

    def _follow(self, stack: str, seen: set[str], tell: Tell, *, expected: tuple[str, ...]) -> None:
        failed: list[str] = []
        while True:
            found = self._find(stack)
            for event in self._new_events(stack, seen):
                status, name = event["ResourceStatus"], event["LogicalResourceId"]
                if event["ResourceType"] != "AWS::CloudFormation::Stack":
                    tell(f"{status.lower().replace('_', ' ')}: {name} ({event['ResourceType']})")
                    if status.endswith("FAILED") and "cancelled" not in event.get("ResourceStatusReason", ""):
                        failed.append(in_words(event))
            if found is None or not found["StackStatus"].endswith("IN_PROGRESS"):
                break
            time.sleep(self._interval_s)
        status = found["StackStatus"] if found else "DELETE_COMPLETE"
        if status not in expected:
            raise DeployError(failure(stack, status, failed, (found or {}).get("StackStatusReason", "")))

    def _events_so_far(self, stack: str) -> set[str]:
        return {event["EventId"] for event in self._events(stack)}

    def _new_events(self, stack: str, seen: set[str]) -> list[dict[str, Any]]:
        events = [event for event in self._events(stack) if event["EventId"] not in seen]
        seen.update(event["EventId"] for event in events)
        return events[::-1]

    def _events(self, stack: str) -> list[dict[str, Any]]:
        try:
            pages = self._client.get_paginator("describe_stack_events").paginate(StackName=stack)
            return [event for page in pages for event in page["StackEvents"]]
        except ClientError as error:
            if "does not exist" in str(error):
                return []
            raise

    def _find(self, stack: str) -> dict[str, Any] | None:
        try:
            (found,) = self._client.describe_stacks(StackName=stack)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return None if found["StackStatus"] == "DELETE_COMPLETE" else dict(found)


def _follows(details: list[dict[str, Any]]) -> bool:
    """Whether a resource is in a change set only because it refers to one that changes."""
    return bool(details) and all(
        detail.get("Evaluation") == "Dynamic"
        and detail.get("ChangeSource") in ("ResourceAttribute", "ResourceReference")
        for detail in details
    )
