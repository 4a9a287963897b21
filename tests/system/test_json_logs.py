"""The whole system with its log as JSON lines."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

from tests.system.stack import Stack, eventually, running


def test_every_line_of_every_process_is_an_object(tmp_path: Path) -> None:
    settings = {"LOOKALIKE_SAMPLES": "0", "LOOKALIKE_SOURCE": "test", "LOOKALIKE_LOG_FORMAT": "json"}
    with running(tmp_path, settings=settings) as stack:
        eventually(lambda: "edge" in _processes(stack), within_s=20, why=stack.log)
        # Each is logged, and retried.
        os.kill(stack.pid("valkey-server"), signal.SIGKILL)
        os.kill(stack.pid("run.broker"), signal.SIGKILL)
        eventually(lambda: {"run", "search", "api", "edge"} <= _processes(stack), within_s=20, why=stack.log)
        stack.stop()
        lines = [json.loads(line) for line in stack.log().splitlines()]
    assert {"time", "level", "process", "message"} == set.intersection(*map(set, lines))
    assert f"Lookalike is at {stack.page}  (Ctrl-C stops it)" in [line["message"] for line in lines]


def _processes(stack: Stack) -> set[str]:
    # The last line may not be complete yet.
    return {
        json.loads(line)["process"] for line in stack.log().splitlines(keepends=True) if line.endswith("\n")
    }
