"""What tests of several folders share."""

from collections.abc import Iterator

import pytest

from tests import aws
from tests.servers import Server


@pytest.fixture(scope="session")
def shared_aws() -> Iterator[Server]:
    """An AWS that no test may kill."""
    with aws.emulator() as server:
        yield server
