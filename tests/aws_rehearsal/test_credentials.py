"""The rehearsal refuses to begin with real credentials within reach."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.checkout_files import CHECKOUT
from tests.aws_rehearsal.credentials import refusal


@pytest.mark.parametrize(
    "name",
    [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_CONFIG_FILE",
        "AWS_ROLE_ARN",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        "AWS_ENDPOINT_URL",
        "AWS_OF_NEXT_YEAR",
        "ECS_CONTAINER_METADATA_URI_V4",
        "BOTO_CONFIG",
    ],
)
def test_a_variable_that_leads_to_credentials_is_named_without_its_value(name: str, tmp_path: Path) -> None:
    told = refusal({"PATH": "/bin", name: "s3cret"}, tmp_path, system=tmp_path)
    assert told is not None
    assert f"within reach: {name}\n" in told
    assert f"env -u {name} HOME=" in told
    assert "s3cret" not in told


@pytest.mark.parametrize(
    "name", [".aws/credentials", ".aws/config", ".aws/sso/cache", ".aws/login/cache", ".boto"]
)
def test_a_file_that_may_have_credentials_is_named(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    told = refusal({}, tmp_path, system=tmp_path / "etc")
    assert told is not None
    assert f"within reach: {tmp_path}/" in told


def test_what_leads_to_none_is_no_obstacle(tmp_path: Path) -> None:
    harmless = {"AWS_DEFAULT_REGION": "eu-west-1", "AWS_PAGER": "", "AWS_PROFILE": "", "AWSOME": "1"}
    assert refusal(harmless, tmp_path, system=tmp_path) is None


@pytest.mark.parametrize("command", ["tests.aws_rehearsal.prepare", "pytest"])
def test_nothing_is_done_then(command: str, tmp_path: Path) -> None:
    words = [] if command != "pytest" else ["-p", "no:cacheprovider", "tests/aws_rehearsal"]
    # The emulator's own may be there by now.
    others = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environ = {**others, "AWS_PROFILE": "real", "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", command, *words], cwd=CHECKOUT, env=environ, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "credentials of AWS within reach: AWS_PROFILE\n" in done.stdout + done.stderr
    assert "passed" not in done.stdout
