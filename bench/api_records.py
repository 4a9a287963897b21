"""The api's CPU time a record: `python -m bench.api_records [--streams 0 20] [--before FOLDER]`.

Starts the whole system without a camera, and publishes records of 100 cameras in Redis at these rates, as a
search would, while that many pages follow the event stream. With `--before`, the folder of an older checkout,
it first does the same with that one's program.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import redis

from bench.processes import cpu_s
from bench.record_ages import CHANNEL
from tests import flood
from tests.system.stack import ROOT, Stack, eventually, running

SECONDS = 8.0
CAMERAS = 100
_TICK_S = 0.001


def main() -> None:
    """Print a table of each checkout."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rate", type=float, nargs="+", default=[10.0, 400.0])
    parser.add_argument("--streams", type=int, nargs="+", default=[0, 20])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--before", type=Path, help="the folder of an older checkout, with its models")
    asked = parser.parse_args()
    print("         records/s  streams  CPU us a record  records that came, of those sent")
    for name, checkout in (("before", asked.before), ("now", ROOT)):
        if checkout is None:
            continue
        settings = {"LOOKALIKE_SOURCE": "none", "LOOKALIKE_LOG_LEVEL": "error"}
        with (
            tempfile.TemporaryDirectory() as folder,
            running(Path(folder), settings=settings, checkout=checkout.resolve()) as stack,
        ):
            stack.wait_loaded()
            bench = Bench(stack, asked.seconds)
            for rate, streams in itertools.product(asked.rate, asked.streams):
                print(
                    f"{name:7}  {rate:9g}  {streams:7}  {asyncio.run(bench.measure(rate, streams))}",
                    flush=True,
                )


class Bench:
    """Publishes copies of a record that the search has made."""

    def __init__(self, stack: Stack, seconds: float) -> None:
        self._stack, self._seconds = stack, seconds
        self._store: Any = redis.Redis.from_url(stack.address("redis"), decode_responses=True)
        model = str(stack.get("/healthz")["checks"]["index"]["model"])
        flood.start(stack.address("broker"), model, rate=20.0, seconds=0.5, cameras=1).communicate()
        newest = eventually(lambda: self._store.lindex("stack:matches", 0), within_s=10)
        self._record: dict[str, Any] = json.loads(newest)

    async def measure(self, rate: float, streams: int) -> str:
        """Publish for a while; gives CPU us a record beyond an idle api's, and what the streams got."""
        pid, came = self._stack.pid("services.api"), [0] * streams
        async with contextlib.AsyncExitStack() as stack:
            for number in range(streams):
                listening = asyncio.create_task(self._listen(came, number))
                stack.callback(listening.cancel)
            await asyncio.sleep(2.0)
            idle_s = await self._cpu_s(pid, asyncio.sleep(self._seconds))
            came[:] = [0] * streams
            sent = 0

            async def publish() -> None:
                nonlocal sent
                sent = await self._publish(rate)

            used_s = await self._cpu_s(pid, publish())
            await asyncio.sleep(0.5)
        return f"{(used_s - idle_s) / sent * 1e6:15.0f}  {sum(came)} of {sent * streams}"

    async def _cpu_s(self, pid: int, work: Any) -> float:
        before_s = cpu_s(pid)
        await work
        return cpu_s(pid) - before_s

    async def _publish(self, rate: float) -> int:
        sent, began_s = 0, time.monotonic()
        while (passed_s := time.monotonic() - began_s) < self._seconds:
            for _ in range(int(passed_s * rate) - sent):
                self._record |= {"id": self._record["id"] + 1, "thing": f"cam-{sent % CAMERAS}"}
                text = json.dumps(self._record, separators=(",", ":"), ensure_ascii=False)
                self._store.publish(CHANNEL, text)
                sent += 1
            await asyncio.sleep(_TICK_S)
        return sent

    async def _listen(self, came: list[int], number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._stack.port)
        writer.write(b"GET /matches/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        end = b""
        while content := await reader.read(2**18):
            came[number] += (end + content).count(b"event: match")
            end = content[-len(b"event: match") + 1 :]


if __name__ == "__main__":
    main()
