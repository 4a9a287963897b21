"""The api's cost of idle pages: `python -m bench.streams [--streams 500] [--seconds 60]`.

Opens event streams on a system of its own, first without a camera and then with the sample clip;
measures the api's memory and CPU time, and the events that each stream misses.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.processes import cpu_s
from services.api.feeds import HEARTBEAT_S
from tests.system.stack import Stack, eventually, running

SETTLE_S = 3.0
_ID = re.compile(rb"^id: ([0-9]+)\r?$", re.MULTILINE)
_HEARTBEAT = b"event: heartbeat"


@dataclass
class StreamListener:
    """One page's stream, with the heartbeats and records that came."""

    heartbeats: int = 0
    ids: list[int] = field(default_factory=list)

    async def listen(self, port: int) -> None:
        """Read until cancelled."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        writer.write(b"GET /matches/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        rest = b""
        while True:
            # Events end with an empty line; none is cut in two.
            whole, end, rest = (rest + await _some(reader)).rpartition(b"\n\n")
            self.heartbeats += (whole + end).count(_HEARTBEAT)
            self.ids += map(int, _ID.findall(whole + end))


async def _some(reader: asyncio.StreamReader) -> bytes:
    content = await reader.read(2**18)
    if not content:
        raise ConnectionError("the api has ended a stream")
    return content


@dataclass(frozen=True, slots=True)
class Measured:
    """Resident memory in MiB, CPU seconds a minute, and the events that the streams got."""

    before_mib: float
    after_mib: float
    alone_cpu_s: float
    cpu_s: float
    fewest_heartbeats: int
    records: int
    missed: int


def main() -> None:
    """Print a line for each source."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    print(f"{options.streams} streams for {options.seconds:g} s on one api process")
    print("             resident MiB                     CPU s/min       each stream")
    print("source       before  with them  KiB a stream  before  with  heartbeats  records  missed")
    for source in ("none", ""):
        with tempfile.TemporaryDirectory() as folder:
            most = str(options.streams + 100)
            settings = {
                "LOOKALIKE_SOURCE": source,
                "LOOKALIKE_LOG_LEVEL": "error",
                "LOOKALIKE_MAX_CONNECTIONS": most,
                "LOOKALIKE_MAX_CONNECTIONS_PER_ADDRESS": most,
            }
            with running(Path(folder), settings=settings) as stack:
                got = asyncio.run(_measure(stack, options.streams, options.seconds, clip=not source))
        each_kib = (got.after_mib - got.before_mib) * 1024 / options.streams
        wanted = int(options.seconds / HEARTBEAT_S)
        print(
            f"{source or 'sample clip':11}  {got.before_mib:6.1f}  {got.after_mib:9.1f}  {each_kib:12.1f}"
            f"  {got.alone_cpu_s:6.1f}  {got.cpu_s:4.1f}  {got.fewest_heartbeats:3} of {wanted:3}"
            f"  {got.records:7}  {got.missed:6}"
        )


async def _measure(stack: Stack, streams: int, seconds: float, *, clip: bool) -> Measured:
    pid = stack.pid("services.api")
    if clip:
        eventually(lambda: stack.get("/matches?limit=1")["records"], within_s=60, why=stack.log)
    await asyncio.sleep(SETTLE_S)
    alone_cpu_s = await _cpu_s_a_minute(pid, seconds / 4)
    before_mib = _resident_mib(pid)
    listeners = [StreamListener() for _ in range(streams)]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(listener.listen(stack.port)) for listener in listeners]
        while not all(listener.heartbeats for listener in listeners):
            await asyncio.sleep(0.1)
        await asyncio.sleep(SETTLE_S)
        for listener in listeners:
            listener.heartbeats, listener.ids = 0, []
        with_cpu_s = await _cpu_s_a_minute(pid, seconds)
        after_mib = _resident_mib(pid)
        for task in tasks:
            task.cancel()
    fewest = min(listener.heartbeats for listener in listeners)
    records, missed = _missed([listener.ids for listener in listeners])
    return Measured(before_mib, after_mib, alone_cpu_s, with_cpu_s, fewest, records, missed)


def _missed(heard: Sequence[Sequence[int]]) -> tuple[int, int]:
    """The number of records, and that of the missed ones, summed over all listeners.

    Counted while all were listening.
    """
    if not any(heard):
        return 0, 0
    if not all(heard):
        return max(map(len, heard)), sum(not ids for ids in heard)
    first, last = max(ids[0] for ids in heard), min(ids[-1] for ids in heard)
    all_ids = {number for ids in heard for number in ids if first <= number <= last}
    return len(all_ids), sum(len(all_ids.difference(ids)) for ids in heard)


async def _cpu_s_a_minute(pid: int, seconds: float) -> float:
    """The CPU seconds of a process in a minute, measured over these seconds."""
    before, began_s = cpu_s(pid), time.monotonic()
    await asyncio.sleep(seconds)
    return (cpu_s(pid) - before) / (time.monotonic() - began_s) * 60


def _resident_mib(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    main()
