"""`lookalike aws train`, `retrain`, `status` and `delete` against an account of our own over HTTP, and S3."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.adapters.sqlite_items import SqliteItems
from services.bootstrap.settings import CliSettings, load
from services.cli import aws as command
from services.core.errors import InputError
from tests import aws
from tests.adapters.sagemaker_account import Account, sagemaker_account
from tests.fakes import make_item
from tests.servers import Server

ROLE, BUCKET = "arn:aws:iam::123456789012:role/lookalike-sagemaker", "cli-trainings"


@pytest.fixture
def account(shared_aws: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    s3 = aws.client("s3", shared_aws.url)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    with sagemaker_account(s3) as running:
        for name, value in aws.CREDENTIALS.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", shared_aws.url)
        monkeypatch.setenv("LOOKALIKE_DATA_DIR", str(tmp_path))
        monkeypatch.setenv("LOOKALIKE_INDEX", f"s3://{BUCKET}/index")
        yield running


def put(*names: str) -> None:
    with closing(SqliteItems(load(CliSettings).store_path, writable=True)) as store:
        store.put_many([make_item(name) for name in names])


def test_an_endpoint_is_trained_shown_and_trained_again(
    account: Account, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put("mug", "cup", "bowl")
    command.train(role=ROLE, endpoint="shop")
    told, notes = capsys.readouterr()
    (first,) = account.models
    assert told == f"endpoint shop serves training {first}\n3 items, 3 rows, 3 rows an answer\n"
    assert notes.splitlines()[-1] == "searches with LOOKALIKE_KNN=sagemaker://shop use it"
    put("vase")
    command.status(endpoint="shop")
    assert capsys.readouterr().out.splitlines() == [
        "endpoint shop: InService, instances: 1",
        f"training {first}: 3 items of model 0123456789ab, 3 rows",
        "1 items were added, changed or deleted since",
        "more than a tenth: `lookalike aws retrain` brings them to the endpoint",
        "tagged: endpoint shop",
        f"tagged: endpoint-config {first}",
        f"tagged: model {first}",
        f"tagged: training-job {first}",
    ]
    monkeypatch.setenv("LOOKALIKE_KNN", "sagemaker://shop")
    command.retrain()
    (second,) = account.models
    assert f"endpoint shop serves training {second}\n4 items" in capsys.readouterr().out
    command.delete(yes=True)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "deleted: endpoint shop: 1 x ml.t2.medium is not billed any more",
        f"deleted: endpoint-config {second}",
        f"deleted: model {second}",
    ]
    assert lines[-1] == "nothing of endpoint shop is billed any more"
    assert (account.endpoints, account.configs, account.models) == ({}, {}, {})
    assert account.s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 0
    command.delete(yes=True)
    assert capsys.readouterr().out == "nothing of endpoint shop is there\n"


def test_without_a_place_for_trainings_it_says_which_setting_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKALIKE_DATA_DIR", str(tmp_path))
    with pytest.raises(InputError, match="LOOKALIKE_INDEX is required"):
        command.status()
    with pytest.raises(InputError, match="expected letters, digits and hyphens"):
        command.train(endpoint="the shop")
