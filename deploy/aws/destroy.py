"""Taking a deployment down, until nothing is left that costs."""

from __future__ import annotations

import time
from typing import Any

from botocore.exceptions import ClientError

from deploy.aws.account import Account
from deploy.aws.choices import Choices
from deploy.aws.deploy import Ask
from deploy.aws.errors import DeployError
from deploy.aws.stacks import Stacks, Tell
from deploy.edge.remove import remove_devices
from services.adapters.sagemaker_training.leftovers import Leftovers
from services.core.errors import UnavailableError

_KEPT = ("pictures", "artefacts", "page")
_TABLES = ("items", "history")


def destroy(account: Account, choices: Choices, *, keep_data: bool, ask: Ask, tell: Tell) -> bool:
    """Remove all of a deployment, or all but its data; False if the answer was no. Raises DeployError."""
    stacks = Stacks(account.client("cloudformation"), interval_s=account.interval_s, tags=choices.tags)
    tell(f"account {account.number}, region {account.region}, as {account.who}")
    system, storage = stacks.resources(choices.name), stacks.resources(choices.storage)
    devices = stacks.resources(choices.devices)
    if not system and not storage and not devices:
        tell(f"there is nothing of {choices.name} in this region")
        return True
    for logical, kind, name in devices + system + ([] if keep_data else storage):
        tell(f"to go: {logical} ({kind}) {name}")
    if not ask("Remove all of this?"):
        return False
    if not keep_data and storage and not ask(f"{_data(account, choices)} Delete these for good?"):
        return False
    endpoint = stacks.parameters(choices.name).get("Endpoint", "lookalike")
    _remove_endpoint(account, endpoint, tell)
    _remove_cameras(account.client("iot"), f"{choices.name}-camera", tell)
    if devices:
        remove_devices(account, choices, tell)
        stacks.delete(choices.devices, tell)
    s3 = account.client("s3")
    _empty(s3, account.bucket(choices.name, "exchange"), tell)
    stacks.delete(choices.name, tell)
    if not keep_data and storage:
        for what in _KEPT:
            _empty(s3, account.bucket(choices.name, what), tell)
        stacks.protect(choices.storage, on=False)
        stacks.delete(choices.storage, tell)
    _check(account, choices, keep_data=keep_data, tell=tell)
    return True


def _data(account: Account, choices: Choices) -> str:
    """What would be lost, in words."""
    s3, pictures = account.client("s3"), account.bucket(choices.name, "pictures")
    count = sum(len(page.get("Contents", [])) for page in _pages(s3, pictures))
    items, history = (f"{choices.name}-{what}" for what in _TABLES)
    return (
        f"Table {items} has all items, table {history} what the cameras showed, "
        f"bucket {pictures} {count} pictures and files."
    )


def _pages(s3: Any, bucket: str) -> list[dict[str, Any]]:
    try:
        return list(s3.get_paginator("list_objects_v2").paginate(Bucket=bucket))
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            return []
        raise


def _empty(s3: Any, bucket: str, tell: Tell) -> None:
    count = 0
    for page in _pages(s3, bucket):
        objects = [{"Key": each["Key"]} for each in page.get("Contents", [])]
        if objects:
            answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
            for failed in answer.get("Errors", []):
                raise DeployError(f"s3://{bucket}/{failed['Key']} can't be deleted: {failed.get('Message')}")
            count += len(objects)
    if count:
        tell(f"deleted: {count} objects of s3://{bucket}")


def _remove_cameras(iot: Any, policy: str, tell: Tell) -> None:
    """Remove the things that have certificates of the policy, which could not be deleted before."""
    try:
        found = iot.list_targets_for_policy(policyName=policy, pageSize=250)["targets"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return
        raise
    for certificate in found:
        things = iot.list_principal_things(principal=certificate)["things"]
        iot.detach_policy(policyName=policy, target=certificate)
        for thing in things:
            iot.detach_thing_principal(thingName=thing, principal=certificate)
            iot.delete_thing(thingName=thing)
            tell(f"deleted: thing {thing}")
        number = certificate.rpartition("/")[2]
        iot.update_certificate(certificateId=number, newStatus="INACTIVE")
        iot.delete_certificate(certificateId=number, forceDelete=True)
        tell(f"deleted: certificate {number}")
    if len(found) == 250:
        _remove_cameras(iot, policy, tell)


def _remove_endpoint(account: Account, endpoint: str, tell: Tell) -> None:
    """Remove what `lookalike aws train` has made, found by its tag."""
    sagemaker, tagging = account.client("sagemaker"), account.client("resourcegroupstaggingapi")
    # Its objects go with their bucket.
    leftovers = Leftovers(endpoint, "", "", sagemaker, None, tagging)
    try:
        for each in leftovers.tagged():
            if each.kind == "endpoint":
                sagemaker.delete_endpoint(EndpointName=each.name)
                tell(f"deleted: SageMaker endpoint {each.name}")
        for name in leftovers.remove_all():
            tell(f"deleted: SageMaker {name}")
    except UnavailableError as error:
        raise DeployError(str(error)) from None


def _check(account: Account, choices: Choices, *, keep_data: bool, tell: Tell) -> None:
    """Say what AWS still finds by our tag."""
    client = account.client("resourcegroupstaggingapi")
    tables = tuple(f"table/{choices.name}-{what}" for what in _TABLES)
    kept = {f"arn:aws:s3:::{account.bucket(choices.name, what)}" for what in _KEPT} if keep_data else set()
    for _ in range(5):
        pages = client.get_paginator("get_resources").paginate(
            TagFilters=[{"Key": "lookalike:name", "Values": [choices.name]}]
        )
        arns = {each["ResourceARN"] for page in pages for each in page["ResourceTagMappingList"]} - kept
        left = {arn for arn in arns if not (keep_data and arn.endswith(tables))}
        if not left:
            break
        time.sleep(account.interval_s)
    for arn in sorted(left):
        tell(f"AWS still lists: {arn}")
    if left:
        tell("it hears of deletions late: ask again in a few minutes with the same command")
    tell(
        "items, pictures and zips stay, and cost by size" if keep_data else "nothing else is left that costs"
    )
