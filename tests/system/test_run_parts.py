"""`make run`: a killed part is restarted, one that hangs is named, and a second copy has parts of its own."""

from __future__ import annotations

import os
import signal
import time

import pytest

from tests.pace import limit_s
from tests.system.stack import Stack, eventually, stopped


@pytest.mark.parametrize(
    "part", ["run.broker", "valkey-server", "services.search", "services.api", "-m edge"]
)
def test_matches_come_again_after_each_part_was_killed(stack: Stack, part: str) -> None:
    last = eventually(lambda: _newest(stack), within_s=20, why=stack.log)
    killed = stack.pid(part)

    os.kill(killed, signal.SIGKILL)

    eventually(lambda: killed not in stack.pids(), within_s=5)
    # Its successor first: messages of the killed one may still be on their way.
    eventually(lambda: any(part in command for command in stack.pids().values()), within_s=20, why=stack.log)
    last = eventually(lambda: _newest(stack), within_s=20, why=stack.log)
    eventually(lambda: _newest(stack) > last, within_s=20, why=stack.log)
    eventually(lambda: stack.get("/healthz")["status"] == "ok", within_s=20, why=stack.log)
    assert stack.pid(part) != killed


@pytest.mark.parametrize(
    ("server", "check", "words"),
    [
        ("valkey-server", "redis", "Redis: no answer in time; it hangs, or is overloaded"),
        ("run.broker", "broker", "the broker takes no message within 2 s; it hangs or is overloaded"),
    ],
)
def test_a_server_that_hangs_is_named_and_recovers(stack: Stack, server: str, check: str, words: str) -> None:
    def detail() -> str | None:
        told: str | None = stack.get("/healthz")["checks"][check].get("detail")
        return told

    eventually(lambda: stack.get("/healthz")["status"] == "ok", within_s=20, why=stack.log)
    with stopped(stack.pid(server)):
        eventually(lambda: detail() == words, within_s=10, why=stack.log)
        began_s = time.monotonic()
        assert stack.client.get("/healthz").status_code == 503
        assert time.monotonic() - began_s < limit_s(8)
        assert stack.client.get("/alive").status_code == 200
    eventually(lambda: stack.get("/healthz")["status"] == "ok", within_s=20, why=stack.log)


def _newest(stack: Stack) -> int:
    # While Redis is away, the answer is a problem document.
    records = stack.get("/matches?limit=1").get("records")
    return int(records[0]["id"]) if records else 0


def test_two_copies_run_side_by_side(stack: Stack, empty: Stack) -> None:
    assert stack.page != empty.page
    assert stack.get("/healthz")["status"] == empty.get("/healthz")["status"] == "ok"
