"""The account and region that a deployment goes to, and clients for them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from deploy.aws.errors import DeployError

_HELP = "docs/aws.md says what is needed"


@dataclass(frozen=True)
class Account:
    """An account that answered, and a region; `interval_s` is the time between two looks at what AWS does."""

    number: str
    region: str
    who: str
    interval_s: float = 3.0
    _session: Any = field(default_factory=boto3.Session, repr=False)

    @property
    def partition(self) -> str:
        """AWS' part of the world, as in ARNs: aws, aws-cn …"""
        return self.who.split(":")[1]

    def client(self, service: str, *, region: str | None = None) -> Any:
        """botocore's client of a service; raises DeployError."""
        try:
            return self._session.client(service, region_name=region or self.region)
        except (BotoCoreError, ValueError) as error:
            raise DeployError(f"no client for {service}: {error}") from None

    def bucket(self, name: str, what: str) -> str:
        """The name of one of the templates' buckets."""
        return f"{name}-{what}-{self.number}-{self.region}"


def find_account(*, interval_s: float = 3.0) -> Account:
    """The account of the credentials that boto3 finds; raises DeployError before anything is done."""
    session = boto3.Session()
    region = session.region_name
    if not region:
        raise DeployError(
            f"no region: set AWS_DEFAULT_REGION, for example to eu-west-1, or AWS_PROFILE; {_HELP}"
        )
    try:
        found = session.client("sts").get_caller_identity()
    except (NoCredentialsError, NoRegionError):
        raise DeployError(
            "no credentials: run `aws configure` or `aws sso login`, or set AWS_PROFILE or "
            f"AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; {_HELP}"
        ) from None
    except (ClientError, BotoCoreError) as error:
        profile = os.environ.get("AWS_PROFILE")
        told = f" of profile {profile}" if profile else ""
        raise DeployError(f"AWS does not take the credentials{told} in {region}: {error}") from None
    return Account(found["Account"], region, found["Arn"], interval_s, session)
