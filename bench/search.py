"""The pace of a search process: `python -m bench.search [--offer 250 500 1000 4000] [--before FOLDER]`.

Starts the whole system without a camera and with the sample catalogue, and sends it observations of 100
cameras over MQTT, at each of these rates in turn, and then at half of the most that it answered. Measures the
answers a second, their CPU time, which is the search process's own, so that other programs hardly change it,
and their latency: from the moment at which an observation is sent until its record comes from Redis. At last
it tells by which stages an answer's CPU time is spent.

With `--before`, the folder of an older checkout, it first does the same with that one's program. How a search
fares when it is offered more than it can answer, `python -m bench.overload` measures.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from bench.processes import cpu_s
from bench.record_ages import RecordAges
from models.featurizer import OnnxFeaturizer
from models.locate import resolve
from tests import flood
from tests.system.stack import ROOT, Stack, running

SECONDS = 10.0
SAMPLES = ROOT / "samples" / "pictures"
_SETTINGS = {"LOOKALIKE_SOURCE": "none", "LOOKALIKE_LOG_LEVEL": "error"}
# Python loads sitecustomize from there.
_WATCHED = Path(__file__).parent / "watched_search"
# The stages, each with its functions, which have had these names for long; some are within others.
_STAGES = {
    "receiving": ("FastReadingClient.loop_read",),
    "decoding": ("decode_counted",),
    "nearest items": ("nearest_items",),
    "judging, votes": ("Lookup.answer",),
    "camera's mean": ("_learned_mean",),
    "Redis, texts": ("RedisQueue.memories", "RedisQueue.push_many"),
    "all else": ("Intake.answer",),
}
_WITHIN = {
    "judging, votes": ("nearest items", "camera's mean"),
    "all else": ("decoding", "nearest items", "judging, votes", "camera's mean", "Redis, texts"),
}


@dataclass(frozen=True, slots=True)
class Rate:
    """The result of one offered rate: a second's observations and answers, CPU us an answer, ages in ms."""

    offered: float
    answered: float
    cpu_us: float
    age_ms_median: float
    age_ms_p99: float

    def line(self) -> str:
        """The line of the table."""
        return (
            f"{self.offered:9.0f}  {self.answered:10.0f}  {self.cpu_us:16.0f}"
            f"  {self.age_ms_median:27.1f}  {self.age_ms_p99:5.1f}"
        )


def main() -> None:
    """Print a table of each checkout."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--offer", type=float, nargs="+", default=[250.0, 500.0, 1000.0, 4000.0])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--before", type=Path, help="the folder of an older checkout, with its models")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        vectors = Path(folder) / "vectors.npy"
        _embed_samples(vectors)
        for name, checkout in (("before", asked.before), ("now", ROOT)):
            if checkout is not None:
                own = Path(folder) / name
                own.mkdir()
                print(f"{name}:")
                bench = Bench(own, checkout.resolve(), vectors, seconds=asked.seconds)
                half = bench.print_rates(asked.offer)
                bench.print_stages(half)


def _embed_samples(path: Path) -> None:
    """Write the vectors of the sample pictures, float32 [n, dim]."""
    pictures = [
        np.ascontiguousarray(np.asarray(Image.open(file).convert("RGB"))[:, :, ::-1])
        for file in sorted(SAMPLES.iterdir())
        if file.suffix in (".jpg", ".png")
    ]
    np.save(path, OnnxFeaturizer(resolve("balanced", build=True)).embed(pictures))


class Bench:
    """The measurements of one checkout's program."""

    def __init__(self, folder: Path, checkout: Path, vectors: Path, *, seconds: float) -> None:
        self._folder, self._checkout = folder, checkout
        self._vectors, self._seconds = vectors, seconds

    def print_rates(self, offers: list[float]) -> Rate:
        """Print a line a rate; gives the result of half of the most that was answered."""
        print("offered/s  answered/s  CPU us an answer  message to record, ms: p50    p99")
        with running(self._folder, settings=_SETTINGS, checkout=self._checkout) as stack:
            stack.wait_loaded()
            self._measure(stack, 100.0, seconds=1.0)  # warms connections and caches
            rates = []
            for offered in offers:
                rates.append(self._measure(stack, offered, seconds=self._seconds))
                print(rates[-1].line(), flush=True)
            half = self._measure(stack, max(rate.answered for rate in rates) / 2, seconds=self._seconds)
            print(f"{half.line()}  (half of the most)", flush=True)
        return half

    def print_stages(self, rate: Rate) -> None:
        """Print what each stage takes of an answer's CPU time at this rate, by a profile's shares."""
        stages = self._folder / "stages.json"
        settings = _SETTINGS | {"PYTHONPATH": str(_WATCHED), "BENCH_STAGES": str(stages)}
        with running(self._folder, settings=settings, checkout=self._checkout) as stack:
            stack.wait_loaded()
            self._measure(stack, 100.0, seconds=1.0)
            before = _spent_s(stages)
            # A process with a profile is slower: with fewer messages its batches are those of one without.
            self._measure(stack, rate.offered / 2, seconds=self._seconds)
            spent_s = {name: spent_s - before[name] for name, spent_s in _spent_s(stages).items()}
        whole_s = sum(spent_s.values()) or math.nan
        for name, own_s in spent_s.items():
            print(f"  {name:15} {own_s / whole_s:4.0%} {own_s / whole_s * rate.cpu_us:5.0f} us")

    def _measure(self, stack: Stack, offered: float, *, seconds: float) -> Rate:
        model, pid = str(stack.get("/healthz")["checks"]["index"]["model"]), stack.pid("services.search")
        used_s = cpu_s(pid)
        with RecordAges(stack.address("redis")) as ages:
            sender = flood.start(
                stack.address("broker"), model, rate=offered, seconds=seconds, vectors=self._vectors
            )
            sent = int(sender.communicate()[0])
            time.sleep(0.2)  # observations on their way are still answered
            used_s = cpu_s(pid) - used_s
        found = sorted(ages.ms) or [math.nan]
        return Rate(
            offered=sent / seconds,
            answered=len(ages.ms) / seconds,
            cpu_us=used_s / max(1, len(ages.ms)) * 1e6,
            age_ms_median=found[len(found) // 2],
            age_ms_p99=found[int(len(found) * 0.99)],
        )


def _spent_s(path: Path) -> Mapping[str, float]:
    """The CPU seconds of each stage by itself, since the process started."""
    time.sleep(1.0)  # until it is written
    seconds = json.loads(path.read_text())
    whole = {name: sum(seconds.get(each, 0.0) for each in names) for name, names in _STAGES.items()}
    own = dict(whole)
    for name, parts in _WITHIN.items():
        own[name] = whole[name] - sum(own[part] for part in parts)
    return own


if __name__ == "__main__":
    main()
