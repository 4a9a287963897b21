"""A user with the deployer's policies alone deploys, adds a camera and destroys; the calls are recorded."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.aws.account import Account, find_account
from deploy.aws.choices import Choices
from deploy.aws.deploy import deploy
from deploy.aws.deployer.calls import REHEARSED
from deploy.aws.deployer.policy import policies, text_of
from deploy.aws.destroy import destroy
from deploy.checkout_files import CHECKOUT
from services.cli import aws_deployment, aws_things
from tests.aws_rehearsal.kit import Emulated
from tests.deploy.small_shop import small_shop

NAME = "bazaar"
# `make deployer-policy` writes what is called by who may do everything; else the policies have to do.
WRITES = os.environ.get("REHEARSED") == "write"
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.fixture
def choices(tmp_path: Path) -> Choices:
    """A shop of one item, with zips that nobody calls."""
    return small_shop(tmp_path, name=NAME)


@pytest.fixture
def user(aws: Emulated, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A user without any right, whom all commands take for the person who deploys."""
    iam = aws.account.client("iam")
    iam.create_user(UserName="deployer")
    made = iam.create_access_key(UserName="deployer")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", made["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", made["SecretAccessKey"])
    yield "deployer"
    for policy in iam.list_attached_user_policies(UserName="deployer")["AttachedPolicies"]:
        iam.detach_user_policy(UserName="deployer", PolicyArn=policy["PolicyArn"])
        iam.delete_policy(PolicyArn=policy["PolicyArn"])
    iam.delete_access_key(UserName="deployer", AccessKeyId=made["AccessKeyId"])
    iam.delete_user(UserName="deployer")


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of all calls from now on, also of processes that are started."""
    folder, path = Path(__file__).with_name("recorder"), tmp_path / "calls"
    monkeypatch.setenv("RECORDED_CALLS", str(path))
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
    runpy.run_path(str(folder / "sitecustomize.py"))
    return path


def test_a_user_with_the_policies_alone_deploys_adds_a_camera_and_destroys(
    aws: Emulated, user: str, recorded: Path, choices: Choices, tmp_path: Path
) -> None:
    with pytest.raises(Exception, match=r"not authorized|AccessDenied"):
        deploy(find_account(interval_s=0.1), choices, ask=lambda _: True, tell=ignore)
    iam = aws.account.client("iam")
    for number, policy in enumerate([EVERYTHING] if WRITES else policies(NAME)):
        made = iam.create_policy(PolicyName=f"deployer-{number}", PolicyDocument=text_of(policy))
        iam.attach_user_policy(UserName=user, PolicyArn=made["Policy"]["Arn"])
    recorded.unlink()

    account = find_account(interval_s=0.1)
    assert account.who.endswith(":user/deployer")
    assert not deploy(account, choices, ask=lambda _: False, tell=ignore)
    assert deploy(account, choices, ask=lambda _: True, tell=ignore)
    for camera in ("cam-8", "cam-9"):
        aws_things.add(camera, name=NAME, into=tmp_path / camera)
    aws_things.list_things(name=NAME)
    aws_things.remove("cam-8", name=NAME)
    aws_deployment.logs(aws_deployment.Part.SEARCH, name=NAME)
    export(account, tmp_path / "shop.zip")
    assert destroy(account, choices, keep_data=False, ask=lambda _: True, tell=ignore)

    calls = "".join(sorted(set(recorded.read_text().splitlines(keepends=True))))
    if WRITES:
        REHEARSED.write_text(calls)
    assert calls == REHEARSED.read_text(), "`make deployer-policy` writes what the commands call by now"


def ignore(_: str) -> None:
    """Hear nothing."""


def export(account: Account, into: Path) -> None:
    """Write all items into a file, as who leaves does."""
    places = {
        "LOOKALIKE_STORE": f"dynamodb://{NAME}-items",
        "LOOKALIKE_PICTURES": f"s3://{account.bucket(NAME, 'pictures')}/pictures",
    }
    asked = [sys.executable, "-m", "services.cli", "items", "export", str(into)]
    subprocess.run(asked, cwd=CHECKOUT, env={**os.environ, **places}, check=True)
