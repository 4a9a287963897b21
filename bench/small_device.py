"""What the edge needs of a small device: `python -m bench.small_device [--share 0.25]`, as root.

For each level on one core, and on a share of it: seconds from the start of the process to its first
observation at the broker, frames a second without the gate, and memory.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import iotcore

from bench.cpu_quota import inside, quota
from bench.edge import CLIP, Counter
from models.locate import resolve
from models.variants import LEVELS
from tests.servers import free_port

STARTS = 3
WARM_S, MEASURED_S = 5.0, 20.0
# For the last messages of the process before.
SETTLE_S = 1.0


class Figures(NamedTuple):
    """The figures of one level."""

    first_s: float
    frames_per_s: float
    resident_mb: float
    peak_mb: float


def main() -> None:
    """Print a table as docs/edge-figures.md has it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=0.25, help="of one core (%(default)g)")
    parser.add_argument("--core", type=int, default=0, help="the core that is shared (%(default)d)")
    options = parser.parse_args()
    os.sched_setaffinity(0, set(range(os.cpu_count() or 1)) - {options.core} or {options.core})
    print("| model | of one core | first observation after | frames a second | resident | at most |")
    print("|---|---|---|---|---|---|")
    port = free_port()
    with iotcore.Broker(port=port, listen="127.0.0.1", max_payload_size=524_288):
        counter = Counter(port)
        for level in LEVELS:
            resolve(level, build=True)
            for share in (1.0, options.share):
                with quota(share) as group:
                    found = measure(level, counter, port, group, core=options.core)
                print(
                    f"| `{level}` | {share:.0%} | {found.first_s:.1f} s | {found.frames_per_s:.1f} | "
                    f"{found.resident_mb:.0f} MB | {found.peak_mb:.0f} MB |",
                    flush=True,
                )


def measure(level: str, counter: Counter, port: int, group: Path, *, core: int) -> Figures:
    """The figures of a level: the median of several starts, the last of which goes on for a while."""
    firsts = []
    for number in range(STARTS):
        time.sleep(SETTLE_S)
        came, started_s = counter.messages, time.monotonic()
        with _edge(level, port, group, core=core) as process:
            counter.wait(came + 1)
            firsts.append(time.monotonic() - started_s)
            if number == STARTS - 1:
                time.sleep(WARM_S)
                came, began_s = counter.messages, time.monotonic()
                time.sleep(MEASURED_S)
                rate = (counter.messages - came) / (time.monotonic() - began_s)
                resident_mb, peak_mb = (_memory_mb(process.pid, name) for name in ("VmRSS", "VmHWM"))
    return Figures(statistics.median(firsts), rate, resident_mb, peak_mb)


@contextlib.contextmanager
def _edge(level: str, port: int, group: Path, *, core: int) -> Iterator[subprocess.Popen[bytes]]:
    own = {
        "MODEL": level,
        "SOURCE": str(CLIP),
        "MQTT_URL": f"mqtt://127.0.0.1:{port}",
        "PACE": "fast",
        "MAX_FPS": "1000",
        "GATE": "0",
    }
    environ = {key: value for key, value in os.environ.items() if not key.startswith("LOOKALIKE_")}
    environ |= {f"LOOKALIKE_{name}": value for name, value in own.items()}
    command = inside(group, ["taskset", "-c", str(core), sys.executable, "-m", "edge"])
    with tempfile.TemporaryFile() as log, subprocess.Popen(command, env=environ, stderr=log) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(60)


def _memory_mb(pid: int, name: str) -> float:
    """A line of status in proc(5); `sh` and `taskset` have become the edge itself."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    (line,) = [each for each in lines if each.startswith(f"{name}:")]
    return int(line.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    main()
