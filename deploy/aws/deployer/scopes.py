"""The resources that each action is allowed on: those of one deployment, wherever AWS knows them by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any


@dataclass(frozen=True)
class Scope:
    """Patterns of actions, and the resources that they are allowed on; {name} is the deployment's."""

    actions: str
    resources: tuple[str, ...] = ("*",)
    condition: dict[str, Any] = field(default_factory=dict)

    def has(self, action: str) -> bool:
        """Whether an action is of this scope."""
        return any(fnmatch(action, pattern) for pattern in self.actions.split())


def _in_region(service: str, *resources: str) -> tuple[str, ...]:
    return tuple(f"arn:aws:{service}:*:*:{each}" for each in resources)


def _global(service: str, *resources: str) -> tuple[str, ...]:
    return tuple(f"arn:aws:{service}::*:{each}" for each in resources)


_OF_SERVICES = {
    "StringEquals": {
        "iam:PassedToService": [
            "lambda.amazonaws.com",
            "iot.amazonaws.com",
            "credentials.iot.amazonaws.com",
            "sagemaker.amazonaws.com",
        ]
    }
}
_OF_ELASTICACHE = {"StringEquals": {"iam:AWSServiceName": "elasticache.amazonaws.com"}}
# The first that has an action counts.
SCOPES = (
    Scope(
        "cloudformation:*",
        _in_region("cloudformation", "stack/{name}/*", "stack/{name}-storage/*", "stack/{name}-devices/*"),
    ),
    Scope("s3:*Object", ("arn:aws:s3:::{name}-*/*",)),
    Scope("s3:*", ("arn:aws:s3:::{name}-*",)),
    Scope("dynamodb:*", _in_region("dynamodb", "table/{name}-items", "table/{name}-history")),
    Scope("iam:PassRole", _global("iam", "role/{name}-*"), _OF_SERVICES),
    # ElastiCache's role of the whole account, with the first cache of all.
    Scope("iam:CreateServiceLinkedRole", condition=_OF_ELASTICACHE),
    Scope("iam:*", _global("iam", "role/{name}-*", "policy/{name}-*")),
    Scope("lambda:*", _in_region("lambda", "function:{name}-*")),
    # Cameras have the names that a person gives them, certificates a number.
    Scope(
        "iot:DescribeEndpoint iot:CreateCertificateFromCsr iot:*Principal* iot:*Thing iot:*Certificate "
        "iot:AttachPolicy iot:DetachPolicy iot:ListTargetsForPolicy iot:ListAttachedPolicies "
        "iot:ListPolicies iot:*ThingGroup iot:*ThingShadow iot:*Job"
    ),
    Scope(
        "iot:*",
        _in_region(
            "iot",
            *("policy/{name}-camera", "policy/{name}-core-*", "policy/{name}-edge-*", "rule/{name}_*"),
            "rolealias/{name}-devices",
        ),
    ),
    # Components have the same names in each deployment, and AWS knows deployments by numbers.
    Scope("greengrass:Create* greengrass:List* greengrass:TagResource"),
    Scope(
        "greengrass:*", _in_region("greengrass", "components:lookalike.*", "deployments:*", "coreDevices:*")
    ),
    Scope("logs:Describe*"),
    Scope("logs:*", _in_region("logs", "log-group:/aws/lambda/{name}-*", "log-group:/lookalike/{name}/*")),
    Scope("cloudwatch:Describe*"),
    Scope("cloudwatch:*", _in_region("cloudwatch", "alarm:{name}:*")),
    Scope("events:*", _in_region("events", "rule/{name}-collect")),
    Scope("sqs:*", _in_region("sqs", "{name}-failed-imports")),
    # AWS knows an address that waits for its confirmation by no name.
    Scope("sns:Unsubscribe"),
    Scope("sns:*", _in_region("sns", "{name}-alarms")),
    Scope("ecr:GetAuthorizationToken"),
    Scope("ecr:*", _in_region("ecr", "repository/{name}")),
    Scope("budgets:*", _global("budgets", "budget/{name}*")),
    Scope("elasticache:Describe*"),
    Scope(
        "elasticache:*",
        (
            *_in_region(
                "elasticache",
                *("replicationgroup:{name}", "cluster:{name}-*", "subnetgroup:{name}", "parametergroup:*"),
                *("serverlesscache:{name}", "user:{name}", "usergroup:{name}"),
            ),
        ),
    ),
    # The endpoint is called `lookalike` whatever the deployment's name is, and its trainings begin with that.
    Scope(
        "sagemaker:*",
        _in_region(
            "sagemaker",
            *("endpoint/lookalike*", "endpoint-config/lookalike*", "model/lookalike*"),
            "training-job/lookalike*",
        ),
    ),
    Scope("apigateway:*", ("arn:aws:apigateway:*::/apis*", "arn:aws:apigateway:*::/tags/*")),
    # These know their resources by numbers, which nobody has before they are made.
    Scope("ec2:* cloudfront:* route53:* tag:* ce:* sts:*"),
)
