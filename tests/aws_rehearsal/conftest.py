"""The deployment in an emulated AWS that enforces rights: the real templates and zips, and TLS."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.aws_rehearsal.credentials import refusal
from tests.aws_rehearsal.kit import Deployment, Emulated, certificate_files, deployed, emulated_aws
from tests.certificates import CertificateFiles


def pytest_sessionstart() -> None:
    """Do not begin with real credentials within reach."""
    if told := refusal(os.environ, Path.home()):
        pytest.exit(told, returncode=2)


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
def deployment(aws: Emulated) -> Iterator[Deployment]:
    """The samples, deployed by the command; destroyed at the end."""
    with deployed(aws) as deployment:
        yield deployment
