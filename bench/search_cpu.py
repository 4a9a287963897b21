"""The CPU time of an answer without a broker: `python -m bench.search_cpu [--batch 1 8 64] [--profile]`.

Messages of 64 cameras go through the search's own parts, to a real Redis, in batches of these sizes, in one
process and thread. It counts CPU time, the median of the batches, so that other programs hardly change it.
"""

from __future__ import annotations

import argparse
import cProfile
import itertools
import os
import pstats
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from prometheus_client import CollectorRegistry

from common.wire import Observation, encode_observation, topic, unit
from models.variants import LEVELS
from services.adapters.faiss_index import FaissIndex
from services.adapters.prometheus_tally import PrometheusTally
from services.adapters.redis_queue import RedisQueue
from services.bootstrap.follower import shipped
from services.bootstrap.redis import connect_redis
from services.core.search.answer import Answerer
from services.core.search.drops import Drops
from services.core.search.follow import Follower
from services.core.search.intake import Intake
from services.core.search.lookup import Lookup
from services.search.garbage import collect_seldom
from services.search.linear_algebra import limit_threads
from tests.fakes import FakeItems, make_item
from tests.servers import redis_server

CAMERAS, ITEMS, VIEWS = 64, 61, 5
MODEL = LEVELS["balanced"].fingerprint
# Shares of noise in the views of an item, and in a camera's look at it.
_VIEW_NOISE, _LOOK_NOISE = 0.01, 0.015


class Bench:
    """The search's parts over a catalogue of made-up items, and messages that show these."""

    def __init__(self, redis_url: str) -> None:
        space = shipped(MODEL)
        assert space is not None
        self._noise = np.random.default_rng(1)
        self._things = space.camera_vectors[:ITEMS]
        items = [
            replace(make_item(f"item-{number:02}", self._near(thing, VIEWS, _VIEW_NOISE)), model=MODEL)
            for number, thing in enumerate(self._things)
        ]
        follower = Follower(
            FakeItems(items), make_index=lambda _model, dim: FaissIndex(dim=dim), space_of=shipped
        )
        follower.follow()
        tally = PrometheusTally(CollectorRegistry())
        drops = Drops(tally)
        lookup = Lookup(picture_url=lambda item: f"http://127.0.0.1:8080/{item.picture}", k=6, max_age_s=5.0)
        queue = RedisQueue(connect_redis(redis_url))
        answerer = Answerer(live=follower.live, lookup=lookup, queue=queue, drops=drops)
        self._intake = Intake(answerer, drops, gather_s=0.0)  # the batches are the bench's
        self._payloads = self._messages()

    def _near(self, thing: np.ndarray, count: int, noise: float) -> np.ndarray:
        return unit(thing + noise * self._noise.standard_normal((count, len(thing)), np.float32))

    def _messages(self) -> Iterator[tuple[str, bytes]]:
        """Messages of all cameras in turn, each of which shows the same thing for 20 frames."""
        for number in itertools.count():
            camera, seq = number % CAMERAS, number // CAMERAS
            thing = self._things[(camera + seq // 20) % ITEMS]
            seen = Observation(
                f"cam-{camera}",
                self._near(thing, 1, _LOOK_NOISE),
                time.time(),
                "0a1b2c3d",
                seq,
                MODEL,
                timings_ms={"capture": 1.0, "embed": 40.0},
            )
            yield topic(seen.thing, "features"), encode_observation(seen, encoding="i8")

    def run(self, count: int, *, batch: int) -> float:
        """Answer messages in batches; gives the CPU microseconds a message, the median of the batches."""
        used_s, answered = list[float](), 0
        for _ in range(0, count, batch):
            messages = list(itertools.islice(self._payloads, batch))
            began_s = time.process_time()
            for name, payload in messages:
                self._intake.receive(name, payload)
            answered += self._intake.answer(timeout_s=0)
            used_s.append(time.process_time() - began_s)
        assert answered == count // batch * batch, f"{answered} of {count} answered"
        return statistics.median(used_s) / batch * 1e6

    def close(self) -> None:
        """End the threads."""
        self._intake.close()


def main() -> None:
    """Print a line for each size of batch."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 8, 64])
    parser.add_argument("--count", type=int, default=1920)
    parser.add_argument("--profile", action="store_true", help="where the time goes, by function")
    asked = parser.parse_args()
    if "OPENBLAS_NUM_THREADS" not in os.environ:  # which numpy has read already
        limit_threads(os.environ)
        os.execv(sys.executable, [sys.executable, "-m", "bench.search_cpu", *sys.argv[1:]])
    collect_seldom()  # as the search process does
    with redis_server() as server:
        bench = Bench(server.url)
        bench.run(CAMERAS * 10, batch=CAMERAS)  # fills the cameras' windows
        print("batch  CPU us an answer")
        for batch in asked.batch:
            profile = cProfile.Profile()
            if asked.profile:
                profile.enable()
            print(f"{batch:5}  {bench.run(asked.count, batch=batch):16.0f}", flush=True)
            if asked.profile:
                profile.disable()
                pstats.Stats(profile).sort_stats("tottime").print_stats(40)
        bench.close()


if __name__ == "__main__":
    main()
