"""All that the AWS of the environment lists, service by service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.aws_rehearsal.templates import types

# No answer of a service needs a second try: it is in the same process.
_ONCE = Config(retries={"total_max_attempts": 1})
# Services without a type in the templates, whose things come with those of others.
_MORE = {"cloudformation", "kms", "resourcegroupstaggingapi", "secretsmanager", "sts"}
# It asks another host.
_LEFT_OUT = {"ListDirectoryBuckets"}


def inventory() -> set[tuple[str, str]]:
    """What the services of the templates list: the call, such as `s3.list_buckets`, and a thing's JSON."""
    services = {kind.split("::")[1].lower() for kind in types()} | _MORE
    return {each for service in sorted(services) for each in listed(service)}


def listed(service: str) -> Iterator[tuple[str, str]]:
    """What a service lists by all calls that need not be told what to list."""
    client = boto3.client(service, config=_ONCE)
    for operation in client.meta.service_model.operation_names:
        asked = client.meta.service_model.operation_model(operation).input_shape
        if operation in _LEFT_OUT or not operation.startswith(("List", "Describe", "GetResources")):
            continue
        if not (asked and asked.required_members):
            call = xform_name(operation)
            for thing in _things(client, call):
                yield f"{service}.{call}", json.dumps(thing, sort_keys=True, default=str)


def _things(client: Any, call: str) -> Iterator[Any]:
    """What an answer lists; nothing where the emulator does not know the call."""
    try:
        can_paginate = client.can_paginate(call)
        for page in client.get_paginator(call).paginate() if can_paginate else [getattr(client, call)()]:
            yield from _members(page)
    except (BotoCoreError, ClientError):
        return


def _members(page: dict[str, Any]) -> Iterator[Any]:
    for name, value in page.items():
        if isinstance(value, list):
            yield from value
        elif isinstance(value, dict) and name != "ResponseMetadata":  # such as CloudFront's DistributionList
            yield from _members(value)
