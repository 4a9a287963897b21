"""The deployment in an emulated AWS that enforces rights: the real templates and zips, and TLS."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.aws_rehearsal.credentials import refusal
from tests.aws_rehearsal.inventory import inventory
from tests.aws_rehearsal.kit import Deployment, Emulated, certificate_files, deployed, emulated_aws
from tests.aws_rehearsal.reached import reach_cameras
from tests.aws_rehearsal.what_ran import report
from tests.certificates import CertificateFiles

# What changes the deployment comes last, and its end at the end.
_LAST = ("test_changes.py", "test_rights.py", "test_destroy.py")


def pytest_sessionstart() -> None:
    """Do not begin with real credentials within reach."""
    if told := refusal(os.environ, Path.home()):
        pytest.exit(told, returncode=2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the tests into an order in which they can share one deployment."""
    items.sort(key=lambda item: _LAST.index(item.path.name) if item.path.name in _LAST else -1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what ran for real, and what was only checked."""
    passed = [each.nodeid for each in terminalreporter.getreports("passed") if each.when == "call"]
    terminalreporter.section("rehearsal")
    for line in report(passed):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> CertificateFiles:
    """That of the emulator and of Redis."""
    return certificate_files(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def aws(certificate: CertificateFiles) -> Iterator[Emulated]:
    """The emulated AWS."""
    with emulated_aws(certificate) as emulated:
        yield emulated


@pytest.fixture(scope="session")
def untouched(aws: Emulated) -> set[tuple[str, str]]:
    """What the emulator lists before anything is deployed."""
    del aws  # it is that of the environment
    return inventory()


@pytest.fixture(scope="session")
def deployment(aws: Emulated, untouched: set[tuple[str, str]]) -> Iterator[Deployment]:
    """The samples, deployed by the command; destroyed at the end."""
    del untouched  # it is taken first
    with deployed(aws) as deployment:
        yield deployment


@pytest.fixture(scope="session")
def reaching_cameras(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """The same deployment, whose functions reach cameras from now on."""
    reach_cameras(deployment, tmp_path_factory.mktemp("template"))
    return deployment
