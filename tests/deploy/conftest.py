"""An emulated AWS with all its services, and an account in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.aws.account import Account, find_account
from tests import aws
from tests.servers import Server


@pytest.fixture(scope="session")
def whole_aws() -> Iterator[Server]:
    """The emulator."""
    with aws.emulator(services="") as server:
        yield server


@pytest.fixture
def account(whole_aws: Server, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The emulator's account, found as that of a person is."""
    for name, value in aws.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", whole_aws.url)
    return find_account(interval_s=0.05)
