"""The status function: cameras' statuses and answers, from rules' events into a real Redis."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter

import pytest

from services.adapters.redis_shared import RedisReplies
from services.bootstrap.lambdas.status import StatusFunctionParts, status_parts
from services.core.cameras.snapshots import Snapshots
from services.core.cameras.status import CameraStatus
from services.lambdas.status import StatusFunction
from tests.fakes import MODEL
from tests.lambdas.function import FakeContext, golden, hostile_events, rule_event

JPEG = b"\xff\xd8\xff\xe0 and so on"


@pytest.fixture
def parts(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> StatusFunctionParts:
    monkeypatch.setenv("LOOKALIKE_REDIS_URL", redis_url)
    return status_parts()


@pytest.fixture
def function(parts: StatusFunctionParts) -> StatusFunction:
    return StatusFunction(parts)


def test_an_api_function_finds_the_status(function: StatusFunction, parts: StatusFunctionParts) -> None:
    assert function(golden("iot-rule-status"), FakeContext()) == {"kept": 1, "dropped": {}}
    camera = status_parts().cameras.get("cam-1")
    assert camera == CameraStatus("cam-1", "online", provider="cpu", fps=9.8, model="f6119f54bb0b")
    gone = rule_event("lookalike/cam-1/status", b"")
    assert function(gone, FakeContext()) == {"kept": 1, "dropped": {}}
    assert parts.cameras.get("cam-1") is None


def test_an_answer_reaches_the_function_that_asked(function: StatusFunction) -> None:
    commands: list[tuple[str, bytes]] = []

    def send(topic: str, payload: bytes) -> bool:
        """What a camera does with a command: two answers, of which the first is none."""
        commands.append((topic, payload))
        reply = json.loads(payload)["reply"]
        for answer in (b"no JPEG", JPEG):
            function(rule_event(reply, answer), FakeContext())
        return True

    # Another function than the one that receives.
    snapshots = Snapshots(send, status_parts().replies, max_bytes=100_000)
    assert snapshots.take("cam-1", CameraStatus("cam-1", "online")) == JPEG
    ((topic, command),) = commands
    assert topic == "lookalike/cam-1/command"
    assert json.loads(command)["max_bytes"] == 100_000
    with pytest.raises(TimeoutError):
        Snapshots(lambda *_: True, status_parts().replies).take(
            "cam-1", CameraStatus("cam-1", "online"), within_s=0.05
        )


def test_an_answer_that_comes_later_ends_the_wait(parts: StatusFunctionParts) -> None:
    replies: RedisReplies = status_parts().replies

    def send(token: str) -> None:
        message = f"lookalike/cam-1/reply/{token}", JPEG
        threading.Timer(0.05, parts.replies.receive, message).start()

    assert replies.await_one("cam-1", send, bytes, within_s=60) == JPEG


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("lookalike/cam-1/status", b"{", "not_json"),
        ("lookalike/cam-1/status", b'{"state":"asleep"}', "field"),
        ("lookalike/a b/status", b'{"state":"online"}', "topic"),
        ("lookalike/cam-1/features", b'{"state":"online"}', "topic"),
        ("lookalike/cam-1/reply/x", JPEG, "topic"),
    ],
)
def test_anything_else_is_counted(function: StatusFunction, topic: str, payload: bytes, reason: str) -> None:
    found = function([rule_event(topic, payload), {}], FakeContext())
    assert found == {"kept": 0, "dropped": {reason: 1, "event": 1}}


def test_no_hostile_event_ends_the_function_and_each_is_counted(function: StatusFunction) -> None:
    counted: Counter[str] = Counter()
    sent = kept = 0
    for event in hostile_events(MODEL, random.Random(18), count=2000):
        sent += len(event) if isinstance(event, list) else 1
        found = function(event, FakeContext())
        counted.update(found["dropped"])
        kept += found["kept"]
    assert counted.total() + kept == sent
    assert set(counted) >= {"event", "topic", "not_json", "field"}
    assert function(golden("iot-rule-status"), FakeContext()) == {"kept": 1, "dropped": {}}


def test_without_redis_a_status_is_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOKALIKE_REDIS_URL", "redis://127.0.0.1:9")
    found = StatusFunction(status_parts())(golden("iot-rule-status"), FakeContext())
    assert found == {"kept": 0, "dropped": {"unavailable": 1}}
