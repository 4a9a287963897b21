"""The search under overload: `python -m bench.overload [--times 1 2 5 20]`.

Starts the whole system without a camera and with the sample catalogue, measures what the search can answer,
and then sends it multiples of that from 100 cameras, beside one camera that sends 2 frames a second. Measures
the answers, their age, that one camera's wait for its own answers, and the memory of broker and search.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import redis

from bench.processes import pss_mib
from common.wire import from_iso
from tests import flood
from tests.quiet_camera import QuietCamera
from tests.system.stack import Stack, running

SECONDS = 10.0
# Observations a second that are more than the search can answer.
PLENTY = 3000.0
RECOVERY_S = 5.0
# The age of an answer that is fresh.
FRESH_S = 0.1
_SAMPLE_S = 0.5
_HEAD = (
    "offered a second",
    "answered a second",
    "age when answered, ms: median, 95 %",
    "the camera of 2 a second: frames answered within 1 s, longest wait",
    "the same, 5 s after the flood",
    "seconds until the newest answers are fresh again",
    "memory of the broker, MiB: most, 8 s after",
    "of the search",
)


@dataclass(slots=True)
class Samples:
    """Ages of answers in ms, and the largest memory of broker and search in MiB."""

    ages_ms: list[float] = field(default_factory=list)
    broker_mib: float = 0.0
    search_mib: float = 0.0

    def take(self, stack: Stack, store: redis.Redis) -> None:
        """Look at the newest answers and at the processes."""
        now_s = time.time()
        for text in store.lrange("stack:matches", 0, 99):
            record = json.loads(str(text))
            searched_s = from_iso(record["searched_at"])
            if now_s - searched_s < _SAMPLE_S:
                self.ages_ms.append((searched_s - from_iso(record["captured_at"])) * 1000)
        self.broker_mib = max(self.broker_mib, pss_mib(stack.pid("services.run.broker")))
        self.search_mib = max(self.search_mib, pss_mib(stack.pid("services.search")))


def main() -> None:
    """Print a table with a line for each multiple."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--times", type=float, nargs="+", default=[1.0, 2.0, 5.0, 20.0])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = {"LOOKALIKE_SOURCE": "none", "LOOKALIKE_LOG_LEVEL": "error"}
        with running(Path(folder), settings=settings) as stack:
            stack.wait_loaded()
            capacity, _ = _measure(stack, rate=PLENTY, seconds=5.0)
            print(f"it can answer {capacity:.0f} a second\n\n| {' | '.join(_HEAD)} |\n|{'---|' * len(_HEAD)}")
            for times in asked.times:
                _, line = _measure(stack, rate=capacity * times, seconds=asked.seconds)
                print(f"| {times:g} x: {line} |", flush=True)


def _measure(stack: Stack, *, rate: float, seconds: float) -> tuple[float, str]:
    """Send for a while; gives the answers a second, and the results' line."""
    store = redis.Redis.from_url(stack.address("redis"), decode_responses=True)
    model, seen, later = str(stack.get("/healthz")["checks"]["index"]["model"]), Samples(), Samples()
    with QuietCamera(stack.address("broker"), store, model) as quiet:
        sender = flood.start(stack.address("broker"), model, rate=rate, seconds=seconds)
        time.sleep(1.0)  # the sender's own start
        quiet.forget()
        before, began_s = _newest_id(store), time.monotonic()
        while not _ended(sender):
            seen.take(stack, store)
        answered = (_newest_id(store) - before) / (time.monotonic() - began_s)
        sent = int(sender.communicate()[0])
        during, ended_s = quiet.waits_s(), time.monotonic()
        well_after_s = _well_after_s(store)
        time.sleep(max(0.0, ended_s + RECOVERY_S - time.monotonic()))
        quiet.forget()
        time.sleep(3.0)
        after = quiet.waits_s()
        later.take(stack, store)
    ages = sorted(seen.ages_ms) or [math.nan]
    cells = [
        f"{sent / seconds:.0f}",
        f"{answered:.0f}",
        f"{ages[len(ages) // 2]:.0f}, {ages[int(len(ages) * 0.95)]:.0f}",
        _waits(during),
        _waits(after),
        f"{well_after_s:.1f}",
        f"{seen.broker_mib:.0f}, {later.broker_mib:.0f}",
        f"{seen.search_mib:.0f}, {later.search_mib:.0f}",
    ]
    return answered, " | ".join(cells)


def _well_after_s(store: redis.Redis) -> float:
    """The time until the newest record of all is one that was answered within FRESH_S of its capture."""
    began_s = time.monotonic()
    while time.monotonic() - began_s < RECOVERY_S:
        record = json.loads(str(store.lindex("stack:matches", 0)))
        searched_s = from_iso(record["searched_at"])
        if time.time() - searched_s < 1.0 and searched_s - from_iso(record["captured_at"]) < FRESH_S:
            return time.monotonic() - began_s
        time.sleep(0.05)
    return math.inf


def _ended(sender: subprocess.Popen[str]) -> bool:
    try:
        sender.wait(_SAMPLE_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def _waits(waits_s: list[float]) -> str:
    worst = max(waits_s, default=math.nan)
    longest = "one without an answer" if math.isinf(worst) else f"{worst * 1000:.0f} ms"
    return f"{sum(wait < 1.0 for wait in waits_s)} of {len(waits_s)}, {longest}"


def _newest_id(store: redis.Redis) -> int:
    return int(str(store.get("stack:id") or 0))


if __name__ == "__main__":
    main()
