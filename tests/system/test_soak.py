"""Hours of ordinary use, made short: the memory of each process stays as it is, the broker's too."""

from __future__ import annotations

import os
import random
import re
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx
import pytest

from bench.processes import pss_mib
from tests import flood
from tests.system.record import read_matches
from tests.system.stack import Stack, running

# Seconds in all, and the first ones, in which memory may grow: the broker and Redis fill what they keep.
SECONDS = float(os.environ.get("SOAK_SECONDS", "1200"))
WARM_UP_S = min(300.0, 0.4 * SECONDS)
# Observations a second, beside those of the sample clip's camera.
RATE = 10.0
VIEWERS = 6
EVERY_S = 5.0
# Growth that is allowed; of a process that has little memory, what an allocator takes at once.
SHARE, FLOOR_MIB = 0.05, 1.0


@pytest.mark.soak
def test_with_viewers_coming_and_going_no_process_grows(
    imported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(tmp_path, settings={}, data=imported) as stack:
        stack.wait_loaded()
        model, leaving = str(stack.get("/healthz")["checks"]["index"]["model"]), threading.Event()
        viewers = [threading.Thread(target=view, args=(stack, leaving, number)) for number in range(VIEWERS)]
        sender = flood.start(stack.address("broker"), model, rate=RATE, seconds=SECONDS, cameras=5)
        for viewer in viewers:
            viewer.start()
        try:
            seen = watch(stack)
        finally:
            leaving.set()
            for viewer in viewers:
                viewer.join()
        sender.communicate(timeout=60)
        assert sender.returncode == 0
        assert stack.get("/healthz")["status"] == "ok"
    with capsys.disabled():
        grown = report(seen)
    assert not grown, f"memory has grown: {grown}"


def watch(stack: Stack) -> Mapping[str, Sequence[float]]:
    """The memory of each process in MiB, every few seconds; no process may end meanwhile."""
    names = {pid: name_of(command) for pid, command in stack.pids().items()}
    seen: dict[str, list[float]] = defaultdict(list)
    ends_s = time.monotonic() + SECONDS
    while time.monotonic() < ends_s:
        time.sleep(EVERY_S)
        for pid, name in names.items():
            seen[name].append(pss_mib(pid))
    return seen


def name_of(command: str) -> str:
    """A process's name in the report."""
    if "frames" in command.split():
        return "frames"
    module = re.search(r" -m ([\w.]+)", command)
    return module[1] if module else Path(command.split()[0]).name


def report(seen: Mapping[str, Sequence[float]]) -> list[str]:
    """Print what each process had after the first minutes and at the end; gives those that have grown."""
    grown = []
    print("\n| process | MiB after the first minutes | at the end | growth |\n|---|---|---|---|")
    for name, figures in sorted(seen.items()):
        first = int(len(figures) * WARM_UP_S / SECONDS)
        few = max(1, len(figures) // 10)
        before, after = (statistics.median(part) for part in (figures[first : first + few], figures[-few:]))
        print(f"| {name} | {before:.1f} | {after:.1f} | {(after / before - 1) * 100:+.1f} % |")
        if after - before > max(SHARE * before, FLOOR_MIB):
            grown.append(f"{name} from {before:.1f} to {after:.1f} MiB")
    return grown


def view(stack: Stack, leaving: threading.Event, number: int) -> None:
    """Be one viewer after another: half of them follow the stream, the others ask every second."""
    chance = random.Random(number)
    while not leaving.is_set():
        gone = threading.Event()
        timer = threading.Timer(chance.uniform(1, 15), gone.set)
        timer.start()
        try:
            if number % 2:
                for _record in read_matches(stack.page, gone, timeout_s=10):
                    if leaving.is_set():
                        break
            else:
                ask(stack, gone, leaving)
        finally:
            timer.cancel()


def ask(stack: Stack, gone: threading.Event, leaving: threading.Event) -> None:
    """Poll as a page behind a proxy that holds streams back does, and load what it shows."""
    after = 0
    with httpx.Client(base_url=stack.page, timeout=10) as client:
        for path in ("/", "/healthz", "/items?limit=20", "/cameras"):
            client.get(path).raise_for_status()
        while not gone.is_set() and not leaving.wait(1.0):
            records = client.get("/matches", params={"limit": 100, "after": after}).json()["records"]
            after = records[0]["id"] if records else after
            client.get("/cameras").raise_for_status()
            client.get("/cameras/cam-1/preview")
            for match in records[0]["matches"][:3] if records else ():
                client.get(match["url"]).raise_for_status()
