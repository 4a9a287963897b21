"""`make deploy-aws` and `make destroy-aws` against an emulated AWS, from nothing to nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from deploy.aws.account import Account, find_account
from deploy.aws.choices import Choices
from deploy.aws.deploy import deploy
from deploy.aws.destroy import destroy
from deploy.aws.errors import DeployError
from services.cli import aws_deployment, aws_things
from services.core.errors import InputError
from tests import aws
from tests.deploy.small_shop import EMPTY_ZIP, small_shop


@pytest.fixture
def choices(tmp_path: Path) -> Choices:
    """A shop of one item, with zips that are built."""
    return small_shop(tmp_path, name="mugs")


def test_a_deployment_comes_up_is_repeated_and_goes(
    account: Account, choices: Choices, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[str] = []
    asked: list[str] = []

    def agree(question: str) -> bool:
        asked.append(question)
        return True

    assert deploy(account, choices, ask=agree, tell=told.append)
    assert asked == ["Deploy this?"]
    assert "add    mugs: ApiFunction (AWS::Lambda::Function)" in told
    assert any("dollars together" in line for line in told)
    assert any(line.startswith("page: https://") for line in told)
    (key,) = (line.removeprefix("key:  ") for line in told if line.startswith("key:"))
    assert len(key) == 40
    functions = account.client("lambda")
    assert functions.get_function_configuration(FunctionName="mugs-api")["CodeSize"] > 0
    s3 = account.client("s3")
    page = s3.head_object(Bucket=account.bucket("mugs", "page"), Key="js/main.js")
    assert page["ContentType"] == "text/javascript; charset=utf-8"
    assert account.client("dynamodb").scan(TableName="mugs-items", Limit=1)["Count"] == 1
    assert account.client("dynamodb").scan(TableName="mugs-history", IndexName="newest")["Count"] == 0

    check_things_and_log(account, tmp_path, capsys)

    told.clear()
    asked.clear()
    assert deploy(account, choices, ask=agree, tell=told.append)
    assert asked == []
    assert "stack mugs is as it should be" in told
    assert f"key:  {key}" in told

    (tmp_path / "api-arm64-py312.zip").write_bytes(EMPTY_ZIP + b"newer")
    told.clear()
    assert not deploy(account, choices, ask=lambda _: False, tell=told.append)
    modified = {line for line in told if line.startswith(("add", "modify", "remove"))}
    from_zip = ("Api", "Import", "Status")
    assert modified == {f"modify mugs: {name}Function (AWS::Lambda::Function)" for name in from_zip}
    (following,) = [line for line in told if line.startswith("if one of these gets another name, also: ")]
    assert "HttpFunction" in following
    assert not destroy(account, choices, keep_data=False, ask=lambda _: False, tell=told.append)

    told.clear()
    asked.clear()
    assert destroy(account, choices, keep_data=True, ask=agree, tell=told.append)
    assert len(asked) == 1
    assert "deleted: thing cam-1" in told
    assert account.client("iot").list_certificates()["certificates"] == []
    assert "delete complete: ApiFunction (AWS::Lambda::Function)" in told
    assert account.client("dynamodb").scan(TableName="mugs-items", Limit=1)["Count"] == 1
    assert destroy(account, choices, keep_data=False, ask=agree, tell=told.append)
    assert "pictures and files. Delete these for good?" in asked[-1]
    # The emulator keeps the tags of a table that CloudFormation deletes.
    tables = ("table/mugs-items", "table/mugs-history")
    listed = [line for line in told if line.startswith("AWS still")]
    assert [line for line in listed if not line.endswith(tables)] == []
    assert told[-1] == "nothing else is left that costs"
    assert [each["Name"] for each in s3.list_buckets()["Buckets"] if each["Name"].startswith("mugs-")] == []
    left = account.client("dynamodb").list_tables()["TableNames"]
    assert [each for each in left if each.startswith("mugs-")] == []


def check_things_and_log(account: Account, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A camera's folder, and a function's log, of the deployment that is up."""
    camera = folder / "cam-1"
    aws_things.add("cam-1", name="mugs", into=camera)
    key = load_pem_private_key((camera / "key.pem").read_bytes(), None)
    certificate = load_pem_x509_certificate((camera / "cert.pem").read_bytes())
    assert certificate.public_key() == key.public_key()
    assert (camera / "key.pem").stat().st_mode & 0o077 == 0
    settings = (camera / "edge.env").read_text()
    assert "LOOKALIKE_THING=cam-1\n" in settings
    assert "LOOKALIKE_IOT_RULE=mugs_features\n" in settings
    assert "/start" in capsys.readouterr().err
    with pytest.raises(InputError, match="has a certificate already"):
        aws_things.add("cam-1", name="mugs", into=folder / "again")
    aws_things.add("cam-2", name="mugs", into=folder / "cam-2")
    aws_things.list_things(name="mugs")
    aws_things.remove("cam-2", name="mugs")
    told = capsys.readouterr().out.splitlines()
    assert told[1:] == ["cam-1", "cam-2", "cam-2 is removed, with 1 certificates"]
    with pytest.raises(InputError, match="no deployment cups in eu-west-1"):
        aws_things.list_things(name="cups")

    client, stream = account.client("logs"), {"logGroupName": "/aws/lambda/mugs-search", "logStreamName": "a"}
    client.create_log_stream(**stream)
    message = '{"level": "WARNING", "message": "dropped: stale 2"}'
    client.put_log_events(**stream, logEvents=[{"timestamp": int(time.time() * 1000), "message": message}])
    aws_deployment.logs(aws_deployment.Part.SEARCH, name="mugs")
    assert capsys.readouterr().out.endswith(" WARNING dropped: stale 2\n")


def test_credentials_and_region_come_first(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    del account
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(DeployError, match="no region: set AWS_DEFAULT_REGION"):
        find_account()
    monkeypatch.setenv("AWS_DEFAULT_REGION", aws.CREDENTIALS["AWS_DEFAULT_REGION"])
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(DeployError, match="no credentials: run `aws configure`"):
        find_account()
