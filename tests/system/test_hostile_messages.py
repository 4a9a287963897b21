"""Hostile messages on all topics: no process ends or grows, and a well-behaved camera is answered."""

from __future__ import annotations

import math

import pytest
import redis

from bench.processes import pss_mib
from common.mqtt_address import parse_mqtt_address
from tests import flood, hostile_messages
from tests.pace import limit_s
from tests.quiet_camera import QuietCamera
from tests.system.stack import Stack, eventually

# What a process keeps of others' messages, such as statuses, and in the broker 2 MiB a filter, is there once
# the first half has come.
GROWTH_MIB = 40.0
# A line now and then of each subject, such as each name of a camera that sends frames.
LOG_BYTES = 100_000


@pytest.mark.parametrize("count", [6_000, pytest.param(200_000, marks=pytest.mark.soak)])
def test_hostile_messages_stop_nothing_and_leave_nothing_behind(samples: Stack, count: int) -> None:
    broker, model = samples.address("broker"), str(samples.get("/healthz")["checks"]["index"]["model"])
    store: redis.Redis = redis.Redis.from_url(samples.address("redis"), decode_responses=True)
    with (
        QuietCamera(broker, store, model) as quiet,
        flood.connect(parse_mqtt_address(broker)) as link,
    ):
        hostile_messages.send(link, model, count=count // 2, seed=1)
        eventually(lambda: answered(quiet, 3), within_s=20, why=samples.log)
        pids, before, logged = samples.pids(), memory_mib(samples), len(samples.log())
        quiet.forget()
        hostile_messages.send(link, model, count=count // 2)
        eventually(lambda: answered(quiet, 4), within_s=30, why=samples.log)
        waits_s = quiet.waits_s()
        assert max(waits_s) < limit_s(1.0), waits_s
        assert samples.pids() == pids
        grown = {name: after - before[name] for name, after in memory_mib(samples).items()}
        assert max(grown.values()) < GROWTH_MIB, grown
        assert samples.get("/healthz")["status"] == "ok"
    assert "Traceback" not in samples.log()
    assert len(samples.log()) - logged < LOG_BYTES


def answered(quiet: QuietCamera, count: int) -> bool:
    """Whether this number of frames were answered, the last one too."""
    waits_s = quiet.waits_s()
    return len(waits_s) >= count and waits_s[-1] < math.inf


def memory_mib(stack: Stack) -> dict[str, float]:
    """The memory of each process, by its command."""
    return {command: pss_mib(pid) for pid, command in stack.pids().items()}
