"""Stores by their addresses; AWS is found as by every AWS tool."""

import json
import socket
import threading
import time
import traceback
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from services.adapters.dynamodb_items.layout import create_table
from services.adapters.sqlite_items import SqliteItems
from services.bootstrap.aws import open_exchange
from services.bootstrap.aws import open_pictures as open_aws_pictures
from services.bootstrap.lambdas.search import SearchFunctionSettings
from services.bootstrap.settings import CliSettings, load
from services.bootstrap.stores import open_items, open_pictures
from services.core.errors import InputError, UnavailableError
from tests import aws
from tests.fakes import make_item
from tests.pace import limit_s
from tests.servers import Server

TOKEN = "FwoGZXIvYXdzEBYaDtoken"
SIGNED = f"The Canonical String for this request should have been 'x-amz-security-token:{TOKEN}'"


@pytest.mark.parametrize("region", ["eu-west-1", "us-east-1"])
def test_an_address_for_browsers_is_of_the_buckets_own_region(
    region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (aws.CREDENTIALS | {"AWS_DEFAULT_REGION": region}).items():
        monkeypatch.setenv(name, value)
    begin = f"https://shop-files.s3.{region}.amazonaws.com/large/a.jpg?"
    assert open_exchange("s3://shop-files/large").upload_link("a.jpg").startswith(begin)
    assert open_aws_pictures("s3://shop-files/large").link("a.jpg", for_s=9).startswith(begin)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:4566")
    begin = "http://localhost:4566/shop-files/large/a.jpg?"
    assert open_exchange("s3://shop-files/large").upload_link("a.jpg").startswith(begin)


class Answering(ThreadingHTTPServer):
    """Answers each POST with the next error, (type, message), and then as an empty table does."""

    def __init__(self, *errors: tuple[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _RecordingHandler)
        self.errors = iter(errors)
        self.asked = 0


class _RecordingHandler(BaseHTTPRequestHandler):
    server: Answering

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked += 1
        error = next(self.server.errors, None)
        answer = {} if error is None else {"__type": f"com.amazon#{error[0]}", "message": error[1]}
        body = json.dumps(answer).encode()
        self.send_response(200 if error is None else 400)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing: a test's output is pytest's."""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Credentials for tests, without the machine's own settings."""
    for name, value in aws.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("LOOKALIKE_DATA_DIR", str(tmp_path))


def answering(monkeypatch: pytest.MonkeyPatch, *errors: tuple[str, str]) -> Answering:
    """A server as DynamoDB's endpoint; it ends with its thread."""
    server = Answering(*errors)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("LOOKALIKE_STORE", "dynamodb://items")
    return server


def test_without_addresses_the_stores_are_in_the_data_folder(tmp_path: Path) -> None:
    settings = load(CliSettings)
    key = open_pictures(settings, writable=True).put(b"one", suffix=".jpg")
    assert open_pictures(settings, writable=False).get(key) == b"one"
    items = open_items(settings, writable=True)
    assert isinstance(items, SqliteItems)
    with closing(items):
        assert items.put(make_item("a")) == 1
    assert (tmp_path / "items.sqlite").exists()


def test_a_dynamodb_table_and_an_s3_bucket_are_found_by_their_addresses(
    shared_aws: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_table(aws.client("dynamodb", shared_aws.url), "shop-items")
    s3 = aws.client("s3", shared_aws.url)
    s3.create_bucket(Bucket="shop", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    monkeypatch.setenv("AWS_ENDPOINT_URL", shared_aws.url)
    monkeypatch.setenv("LOOKALIKE_STORE", "dynamodb://shop-items")
    monkeypatch.setenv("LOOKALIKE_PICTURES", "s3://shop/some/pictures/")
    settings = load(CliSettings)
    assert open_items(settings, writable=True).put(make_item("a")) == 1
    assert [item.id for item in open_items(settings, writable=False).page()] == ["a"]
    key = open_pictures(settings, writable=True).put(b"one", suffix=".jpg")
    assert open_pictures(settings, writable=False).get(key) == b"one"
    assert s3.head_object(Bucket="shop", Key=f"some/pictures/{key}")["ContentLength"] == 3


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        *(
            ("STORE", value, "sqlite:///PATH or dynamodb://TABLE")
            for value in ("dynamodb://", "dynamodb://a b", "dynamodb://x/y", "sqlite://items", "items.sqlite")
        ),
        *(
            ("PICTURES", value, "a folder, s3://BUCKET or s3://BUCKET/PREFIX")
            for value in ("s3://", "s3://B", "s3:///x", "gs://bucket")
        ),
    ],
)
def test_an_address_of_no_store_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(f"LOOKALIKE_{name}", value)
    with pytest.raises(InputError, match=f"LOOKALIKE_{name}: .*{expected}"):
        load(CliSettings)


def test_without_a_region_there_is_no_client_and_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("LOOKALIKE_STORE", "dynamodb://items")
    with pytest.raises(InputError, match=r"AWS dynamodb \(NoRegionError\); expected a region"):
        open_items(load(CliSettings), writable=False)


def test_throttling_is_outlasted(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = ("ProvisionedThroughputExceededException", "slow down")
    with answering(monkeypatch, busy, busy) as server:
        assert open_items(load(CliSettings), writable=False).head() == 0
        server.shutdown()
    assert server.asked == 3


def test_a_function_gives_up_soon_and_asks_again_with_the_next_observation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOOKALIKE_PUBLIC_URL", "https://shop.example")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setenv("LOOKALIKE_STORE", "dynamodb://items")
        store = open_items(load(SearchFunctionSettings), writable=False)
        began_s = time.monotonic()
        with pytest.raises(UnavailableError, match="get_item: ReadTimeoutError"):
            store.head()
    assert time.monotonic() - began_s < limit_s(6)  # two tries of 2 s, and up to 1 s between


def test_an_error_of_aws_tells_its_code_and_no_secret(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with answering(monkeypatch, ("InvalidSignatureException", SIGNED)) as server:
        with pytest.raises(UnavailableError) as caught:
            open_items(load(CliSettings), writable=False).head()
        server.shutdown()
    assert str(caught.value) == "item store dynamodb://items: get_item: InvalidSignatureException"
    told = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert [secret in told for secret in (TOKEN, aws.CREDENTIALS["AWS_SECRET_ACCESS_KEY"])] == [False, False]
