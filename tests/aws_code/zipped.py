"""Functions out of the built zips, run by Lambda's own host with nothing but what Lambda's runtime has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.run import child
from tests.aws_code.runtime_api import Answer, RuntimeApi, runtime_api
from tests.memory import peak_bytes, resident_bytes

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Unpacked:
    """An unpacked zip, and the Python and the packages of its runtime."""

    folder: Path
    python: Path
    runtime: Path

    def command(self, *arguments: str) -> list[str]:
        """A command of this Python, without packages of its own."""
        return [str(self.python), "-S", "-s", *arguments]

    def environ(self, more: Mapping[str, str]) -> dict[str, str]:
        """An environment in which only the zip and the runtime's packages are found."""
        places = f"{self.folder}:{self.runtime}"
        return {"PYTHONPATH": places, "LAMBDA_TASK_ROOT": str(self.folder), "TZ": ":UTC", **more}


@dataclass
class RunningFunction:
    """A function that waits for events; `log` is what it wrote."""

    api: RuntimeApi
    pid: int
    began_s: float
    log: Path

    def call(self, event: object) -> Any:
        """The response to an event; AssertionError, with the log, for an error."""
        answer = self.api.call(event)
        assert answer.kind == "response", f"{answer.body.decode()}\n{self.log.read_text()}"
        return answer.value

    def answer(self, body: bytes) -> Answer:
        """The answer to an event as bytes."""
        return self.api.call_raw(body)

    @property
    def cpu_s(self) -> float:
        """Processor time since the start."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND

    @property
    def memory_bytes(self) -> tuple[int, int]:
        """Resident memory now, and at most so far."""
        return resident_bytes(self.pid), peak_bytes(self.pid)


def logged_counts(log: Path) -> Counter[str]:
    """The counts of all lines of a log."""
    counts: Counter[str] = Counter()
    for line in log.read_text().splitlines():
        counts.update(json.loads(line).get("counts", {}))
    return counts


@contextmanager
def started(
    zipped: Unpacked, handler: str, environ: Mapping[str, str], log: Path
) -> Iterator[RunningFunction]:
    """Start a function as Lambda does; it ends with the test."""
    with runtime_api() as api, log.open("wb") as out:
        variables = {
            "AWS_LAMBDA_RUNTIME_API": api.address,
            "AWS_LAMBDA_FUNCTION_NAME": "lookalike-test",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "_HANDLER": handler,
            **environ,
        }
        began_s = time.monotonic()
        # The wrapper's first argument is the process to die with: this one.
        wrapper = [sys.executable, "-S", "-E", str(child.__file__), str(os.getpid())]
        process = subprocess.Popen(
            [*wrapper, *zipped.command("-m", "awslambdaric", handler)],
            env=zipped.environ(variables),
            cwd=zipped.folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            yield RunningFunction(api, process.pid, began_s, log)
        finally:
            process.kill()
            process.wait()
