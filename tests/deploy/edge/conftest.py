"""An account whose clients are botocore's, with answers that a test names (botocore's Stubber)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from deploy.aws.account import Account

NUMBER, REGION = "123456789012", "eu-west-1"


class Stubbed:
    """An account, and the stubbers of its clients; it stands for boto3's session."""

    def __init__(self) -> None:
        who = f"arn:aws:sts::{NUMBER}:assumed-role/me"
        self.account = Account(NUMBER, REGION, who, 0.0, self)
        self._stubbers: dict[str, Stubber] = {}

    def client(self, service: str, region_name: str = REGION) -> Any:
        """The client of a service."""
        assert region_name == REGION
        return self.of(service).client

    def of(self, service: str) -> Stubber:
        """The stubber of a service, which takes answers in the order of the calls."""
        if service not in self._stubbers:
            keys = {"aws_access_key_id": "AKIDTEST", "aws_secret_access_key": "secret-of-tests"}
            self._stubbers[service] = Stubber(boto3.client(service, region_name=REGION, **keys))
            self._stubbers[service].activate()
        return self._stubbers[service]

    def check(self) -> None:
        """All answers were asked for."""
        for each in self._stubbers.values():
            each.assert_no_pending_responses()


@pytest.fixture
def stubbed() -> Iterator[Stubbed]:
    """An account without answers yet; what is left of them fails the test."""
    made = Stubbed()
    yield made
    made.check()
