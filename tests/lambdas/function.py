"""What the tests of functions share: Lambda's context, golden events, and an environment with a catalogue."""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import os
import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import pytest
import redis

from common.wire import Observation, encode_observation
from services.adapters.dynamodb_history.layout import create_table as create_history_table
from services.adapters.dynamodb_items.layout import create_table
from services.adapters.sqlite_items import SqliteItems
from services.core.domain import Item
from tests import aws
from tests.fakes import make_item
from tests.hostile_messages import hostile_messages

_numbers = itertools.count()
EVENTS = Path(__file__).parent / "events"


class FakeContext:
    """Lambda's context of a call, of which this time is left."""

    def __init__(self, left_s: float = 10.0) -> None:
        self._until_s = time.monotonic() + left_s

    def get_remaining_time_in_millis(self) -> int:
        return max(0, round((self._until_s - time.monotonic()) * 1000))


def golden(name: str) -> Any:
    """A golden event."""
    return json.loads((EVENTS / f"{name}.json").read_text())


def rule_event(topic: str, payload: bytes, **more: object) -> dict[str, object]:
    """The event of the rule `SELECT encode(*, 'base64') AS payload, topic() AS topic`."""
    return {"payload": base64.b64encode(payload).decode(), "topic": topic, **more}


def features(item: Item, *, thing: str = "cam-1", seq: int = 1, age_s: float = 0.0) -> dict[str, object]:
    """The rule's event for an observation of this item."""
    seen = Observation(thing, item.vectors[:1], time.time() - age_s, "0a1b2c3d", seq, item.model)
    return rule_event(f"lookalike/{thing}/features", encode_observation(seen))


def hostile_events(model: str, chance: random.Random, *, count: int) -> Iterator[Any]:
    """Events of the rule with hostile messages, and some that no rule sends."""
    # Each comes several times, on other topics: making one takes longer than refusing it.
    messages = list(itertools.islice(hostile_messages(model, chance), count // 5))
    for _ in range(count):
        event: Any = rule_event(chance.choice(messages)[0], chance.choice(messages)[1])
        if chance.random() < 0.1:
            event[chance.choice(["topic", "payload", "received_ms"])] = chance.choice(
                [None, [], {}, -1, 1e308, 10**400, float("nan"), True, "x", "\ud800", "=" * 9]
            )
        if chance.random() < 0.01:
            event = chance.choice([None, [], "", [event, event], {"Records": []}])
        yield event


def stock(folder: Path, *ids: str) -> list[Item]:
    """Put items into the item store of a data folder."""
    items = [make_item(each, title=f"A {each}") for each in ids]
    with closing(SqliteItems(folder / "items.sqlite", writable=True)) as store:
        store.put_many(items)
    return items


def environment(folder: Path, redis_url: str) -> Mapping[str, str]:
    """The settings of every function."""
    return {
        "LOOKALIKE_DATA_DIR": str(folder),
        "LOOKALIKE_REDIS_URL": redis_url,
        "LOOKALIKE_PUBLIC_URL": "https://shop.example",
        "LOOKALIKE_API_KEY": "s3cret",
    }


def http_event(
    path: str,
    method: str = "GET",
    *,
    query: str = "",
    body: bytes = b"",
    key: str | None = "s3cret",
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The event of an HTTP API, payload format 2.0, for a request that came through CloudFront."""
    event: dict[str, Any] = golden("http-api")
    event |= {"rawPath": path, "rawQueryString": query, "body": base64.b64encode(body).decode()}
    event["isBase64Encoded"] = True
    event["requestContext"]["http"] |= {"method": method, "path": path}
    event["headers"] |= {
        "content-length": str(len(body)),
        **({"authorization": f"Bearer {key}"} if key else {}),
    }
    event["headers"] |= dict(headers or {})
    return event


def hostile_requests(chance: random.Random, *, count: int) -> Iterator[Any]:
    """Events of requests of which parts are replaced, and some that are none at all."""
    values: list[Any] = [None, 7, "", "x", "\ud800", [], [7], {}, {"a": 7}, {7: "a"}, True, "1.0", "=" * 9]
    paths = ["/alive", "/cameras/%2e%2e/preview", "/items/\x00", "//"]
    for _ in range(count):
        event = http_event(chance.choice(paths), key=None)
        inner = [event, event["requestContext"], event["requestContext"]["http"], event["headers"]]
        for place in chance.sample(inner, chance.randrange(1, 4)):
            place[chance.choice([*place, "more"])] = chance.choice(values)
        yield chance.choice(values) if chance.random() < 0.05 else event


def is_no_request(answer: Mapping[str, Any]) -> bool:
    """Whether the api function refused an event because it is no request."""
    return "payload format 2.0" in str(answer.get("body"))


def form(**fields: str | bytes) -> dict[str, Any]:
    """The body and its type of a form with a picture."""
    files = {name: (f"{name}.jpg", value) for name, value in fields.items() if isinstance(value, bytes)}
    data = {name: value for name, value in fields.items() if isinstance(value, str)}
    request = httpx.Request("POST", "http://x", files=files, data=data)
    return {"body": request.read(), "headers": {"content-type": request.headers["content-type"]}}


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer of the api function as a client gets it."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Answered:
        """The answer as API Gateway sends it on."""
        body = answer.get("body", "")
        content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        return cls(answer["statusCode"], answer.get("headers", {}), content)

    @property
    def text(self) -> str:
        """The body as text."""
        is_zipped = "content-encoding" in self.headers
        return (gzip.decompress(self.content) if is_zipped else self.content).decode()

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.text)


@dataclass(frozen=True, slots=True)
class Aws:
    """An emulated AWS with a table, a bucket, and cameras that hear what is published."""

    s3: Any
    bucket: str
    table: str
    heard: list[tuple[str, bytes]]


class IotEndpoint(BaseHTTPRequestHandler):
    """AWS IoT's HTTPS side: POST /topics/TOPIC; the server keeps topic and payload."""

    def do_POST(self) -> None:
        """Take a message, or refuse one that AWS IoT would refuse."""
        payload = self.rfile.read(int(self.headers["Content-Length"]))
        topic = unquote(urlsplit(self.path).path.removeprefix("/topics/"))
        fits = len(payload) <= 128 * 1024
        if fits:
            self.server.heard.append((topic, payload))  # type: ignore[attr-defined]
        self.send_response(200 if fits else 413)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def iot_endpoint(heard: list[tuple[str, bytes]]) -> Iterator[str]:
    """An IoT data endpoint at an address of this machine; `heard` gets each message."""
    with ThreadingHTTPServer(("127.0.0.1", 0), IotEndpoint) as server:
        server.heard = heard  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@contextmanager
def on_aws_at(url: str, redis_url: str, model: Path, folder: Path) -> Iterator[Aws]:
    """Set the settings of functions whose stores, queue and cameras are on the AWS at `url`, empty ones."""
    number, s3 = next(_numbers), aws.client("s3", url)
    bucket, table = f"shop-{os.getpid()}-{number}", f"functions-{os.getpid()}-{number}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    create_table(aws.client("dynamodb", url), table)
    create_history_table(aws.client("dynamodb", url), f"{table}-history")
    redis.Redis.from_url(redis_url).flushall()
    heard: list[tuple[str, bytes]] = []
    settings = {
        **environment(folder, redis_url),
        **aws.CREDENTIALS,
        # Whatever is signed with others, the emulator refuses.
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": url,
        "LOOKALIKE_STORE": f"dynamodb://{table}",
        "LOOKALIKE_PICTURES": f"s3://{bucket}/pictures",
        "LOOKALIKE_HISTORY": f"dynamodb://{table}-history",
        "LOOKALIKE_MODEL": str(model),
        "LOOKALIKE_FOLLOW_S": "0",
        # Of the emulator on this machine.
        "LOOKALIKE_FETCH_PRIVATE": "1",
    }
    with pytest.MonkeyPatch.context() as patch, iot_endpoint(heard) as endpoint:
        for name, value in (settings | {"LOOKALIKE_IOT_ENDPOINT": endpoint}).items():
            patch.setenv(name, value)
        yield Aws(s3, bucket, table, heard)
