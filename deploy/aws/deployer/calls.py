"""The calls of AWS that our commands make, and the actions that allow them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import botocore.session
from botocore import xform_name

from deploy.checkout_files import CHECKOUT

# Each call of the rehearsal as "service Operation" on a line of its own, written by tests/aws_rehearsal.
REHEARSED = Path(__file__).with_name("rehearsed.txt")
# The emulator has neither SageMaker nor Greengrass: calls of these services are found in the code of these
# folders, which makes them.
_IN_CODE = {
    ("sagemaker", "sagemaker-runtime"): (
        "services/adapters/sagemaker_training",
        "services/adapters/sagemaker_index",
        "deploy/aws",
    ),
    ("greengrassv2", "iot"): ("deploy/edge",),
}
# `docker push` of our container's image, what goes with calls of SageMaker, Cost Explorer, the end of an
# upload that fails, and what AWS' guide says that a deployment to devices needs.
_OTHERS = (
    "ecr:GetAuthorizationToken ecr:BatchCheckLayerAvailability ecr:InitiateLayerUpload ecr:UploadLayerPart "
    "ecr:CompleteLayerUpload ecr:PutImage iam:PassRole sagemaker:AddTags ce:GetCostAndUsage "
    "s3:AbortMultipartUpload greengrass:TagResource iot:CancelJob iot:CreateJob iot:DescribeJob "
    "iot:UpdateJob iot:DescribeThing iot:DescribeThingGroup iot:DeleteThingShadow iot:GetThingShadow "
    "iot:UpdateThingShadow"
)
# Where an action is not called as its operation.
_PREFIXES = {
    "resourcegroupstaggingapi": "tag",
    "sagemaker-runtime": "sagemaker",
    "iot-data": "iot",
    "greengrassv2": "greengrass",
}
_ACTIONS = {
    "s3:HeadObject": "s3:GetObject",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:UploadPart": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "dynamodb:TransactGetItems": "dynamodb:GetItem",
    "dynamodb:TransactWriteItems": "dynamodb:PutItem dynamodb:UpdateItem dynamodb:DeleteItem "
    "dynamodb:ConditionCheckItem",
}


def actions_of_calls() -> set[str]:
    """The actions that allow all calls of our commands."""
    calls = {tuple(line.split()) for line in REHEARSED.read_text(encoding="utf-8").splitlines()}
    named = {
        f"{_PREFIXES.get(service, service)}:{operation}"
        for service, operation in calls | set(_calls_in_code())
    }
    return {action for each in named for action in _ACTIONS.get(each, each).split()} | set(_OTHERS.split())


def _calls_in_code() -> Iterator[tuple[str, str]]:
    for services, folders in _IN_CODE.items():
        paths = [path for folder in folders for path in (CHECKOUT / folder).glob("*.py")]
        code = "\n".join(path.read_text(encoding="utf-8") for path in paths)
        for service in services:
            for operation in botocore.session.get_session().get_service_model(service).operation_names:
                name = xform_name(operation)
                # `search` alone would be found everywhere.
                if ("_" in name and f".{name}(" in code) or f'"{name}"' in code:
                    yield service, operation
