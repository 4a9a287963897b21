"""A flood of observations: answers go on, fresh ones, and a well-behaved camera does not notice it."""

from __future__ import annotations

import json
import time

import pytest
import redis

from common.wire import from_iso
from tests import flood
from tests.pace import limit_s
from tests.quiet_camera import QuietCamera
from tests.system.stack import Stack, eventually

RATE, SECONDS = 8000.0, 5.0


@pytest.fixture(scope="module")
def store(samples: Stack) -> redis.Redis:
    """The match queue."""
    client: redis.Redis = redis.Redis.from_url(samples.address("redis"), decode_responses=True)
    return client


def test_beside_a_flood_a_camera_is_answered_within_a_second_and_answers_are_fresh(
    samples: Stack, store: redis.Redis
) -> None:
    model = str(samples.get("/healthz")["checks"]["index"]["model"])
    with QuietCamera(samples.address("broker"), store, model) as quiet:
        sender = flood.start(samples.address("broker"), model, rate=RATE, seconds=SECONDS)
        eventually(lambda: newest_ages_s(store, "flood-7"), within_s=20, why=samples.log)
        quiet.forget()
        ages_s = []
        while sender.poll() is None:
            time.sleep(0.5)
            ages_s += newest_ages_s(store, "flood-7")
        waits_s = quiet.waits_s()
        sent = int(sender.communicate()[0])
        assert sent > RATE * SECONDS / 2
        assert len(waits_s) >= SECONDS
        assert max(waits_s) < limit_s(1.0), waits_s
        assert sorted(ages_s)[len(ages_s) // 2] < limit_s(1.0), ages_s
        quiet.forget()
        eventually(lambda: len(quiet.waits_s()) >= 3, within_s=10, why=samples.log)
        assert max(quiet.waits_s()) < limit_s(0.5)


def newest_ages_s(store: redis.Redis, thing: str) -> list[float]:
    """The age of a camera's newest answer when it was given, in a list; empty without one."""
    records = [json.loads(str(text)) for text in store.lrange(f"stack:matches:{thing}", 0, 0)]
    return [from_iso(record["searched_at"]) - from_iso(record["captured_at"]) for record in records]
