"""`make run`: a killed part is restarted, and a second copy has parts of its own."""

from __future__ import annotations

import os
import signal

import pytest

from tests.system.stack import Stack, eventually


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


def _newest(stack: Stack) -> int:
    # While Redis is away, the answer is a problem document.
    records = stack.get("/matches?limit=1").get("records")
    return int(records[0]["id"]) if records else 0


def test_two_copies_run_side_by_side(stack: Stack, empty: Stack) -> None:
    assert stack.page != empty.page
    assert stack.get("/healthz")["status"] == empty.get("/healthz")["status"] == "ok"
