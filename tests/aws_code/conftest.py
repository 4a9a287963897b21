"""All zips, built once; those that run here unpacked, with a Python and the packages of Lambda's runtime."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.checkout_files import CHECKOUT
from deploy.lambda_zips.bytecode import find_python
from deploy.lambda_zips.packages import UV
from deploy.lambda_zips.targets import RUNTIMES, TARGETS, Runtime, Target
from tests.aws import CREDENTIALS, emulator
from tests.aws_code.zipped import Unpacked
from tests.servers import Server, redis_server

ZIPS = CHECKOUT / "build/lambda"
_BUILD = CHECKOUT / "build/test-aws"
_LOCK = Path(__file__).parent / "requirements.lock"
# The one that this machine may run.
ARCHITECTURE = "x86_64"
RUNNABLE = [runtime for runtime in RUNTIMES if find_python(runtime.python)]


@pytest.fixture(scope="session")
def zips() -> dict[str, Path]:
    """The zips by name, as `make lambda-zips` builds them; with LAMBDA_ZIPS those of a folder as they are."""
    folder = os.environ.get("LAMBDA_ZIPS")
    if not folder:
        subprocess.run([sys.executable, "-m", "deploy.lambda_zips"], check=True, cwd=CHECKOUT)
    return {target.name: Path(folder or ZIPS) / f"{target.name}.zip" for target in TARGETS}


@pytest.fixture(scope="session", params=RUNNABLE, ids=lambda runtime: runtime.tag)
def runtime(request: pytest.FixtureRequest) -> Runtime:
    """A runtime whose Python is on this machine."""
    assert isinstance(request.param, Runtime)
    return request.param


@pytest.fixture(scope="session")
def search_zip(
    zips: dict[str, Path], runtime: Runtime, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Unpacked]:
    """The zip of search and status."""
    yield from _unpacked("search", zips, runtime, tmp_path_factory)


@pytest.fixture(scope="session")
def api_zip(
    zips: dict[str, Path], runtime: Runtime, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Unpacked]:
    """The zip of api and importing."""
    yield from _unpacked("api", zips, runtime, tmp_path_factory)


def _unpacked(
    name: str, zips: dict[str, Path], runtime: Runtime, folders: pytest.TempPathFactory
) -> Iterator[Unpacked]:
    (target,) = [
        target
        for target in TARGETS
        if (target.package.name, target.runtime, target.architecture) == (name, runtime, ARCHITECTURE)
    ]
    folder = folders.mktemp(target.name)
    with zipfile.ZipFile(zips[target.name]) as archive:
        archive.extractall(folder)
    python = find_python(runtime.python)
    assert python is not None
    yield Unpacked(folder, python, _packages(target, python))
    shutil.rmtree(folder)


def _packages(target: Target, python: Path) -> Path:
    """The folder of the packages that Lambda's runtime has."""
    content = hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:12]
    folder = _BUILD / f"{target.runtime.tag}-{content}"
    if not folder.exists():
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        command = [str(UV), "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
        command += ["--python", str(python), "--target", str(unfinished), "-r", str(_LOCK)]
        subprocess.run(command, check=True)
        unfinished.rename(folder)
    return folder


@pytest.fixture(scope="session")
def aws() -> Iterator[Server]:
    """An empty DynamoDB and S3."""
    with emulator() as server:
        yield server


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with redis_server() as server:
        yield server.url


@pytest.fixture(scope="session")
def environ(aws: Server, redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of every function, on the emulated AWS."""
    return {
        **CREDENTIALS,
        "AWS_ENDPOINT_URL": aws.url,
        "LOOKALIKE_STORE": "dynamodb://lookalike",
        "LOOKALIKE_PICTURES": "s3://lookalike-pictures",
        "LOOKALIKE_REDIS_URL": redis_url,
        "LOOKALIKE_PUBLIC_URL": "https://shop.example",
        "LOOKALIKE_API_KEY": "key-of-tests",
        "LOOKALIKE_DATA_DIR": str(tmp_path_factory.mktemp("data")),
    }
