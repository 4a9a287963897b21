"""Two hundred messages of eight cameras, and the records that answer them.

Of a real Redis, through all of the search between message and record. golden_records.json holds the records
of the code before it was made faster; whatever makes it faster has to give them too.
`python -m tests.search.golden` writes them again.
"""

import json
import math
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from common.wire import Observation, encode_observation, from_iso, topic
from services.adapters.faiss_index import FaissIndex
from services.adapters.redis_queue import RedisQueue
from services.bootstrap.redis import connect_redis
from services.core.domain import Item
from services.core.search.answer import Answerer
from services.core.search.drops import Drops
from services.core.search.follow import Follower
from services.core.search.intake import Intake
from services.core.search.lookup import Lookup
from tests.core.search.spaces import DIM, camera_views, item, shipped
from tests.fakes import MODEL, FakeItems, FakeTally
from tests.servers import redis_server

KEPT = Path(__file__).with_name("golden_records.json")
# Captured this long ago, so that no time of the records depends on the pace of the machine.
AGO_S, MAX_AGE_S = 900.0, 3600.0
_FRAMES, _CAMERAS = 25, 8
_BATCHES = (8, 1, 3, 8, 5, 7)
# The number of records that are kept with all that they say of their matches.
_WHOLE = 40


def records(redis_url: str) -> list[dict[str, Any]]:
    """The records of all messages, oldest first, with their times as seconds since the first frame."""
    began_s = math.floor(time.time()) - AGO_S
    queue = RedisQueue(connect_redis(redis_url))
    follower = Follower(
        FakeItems(_items()), make_index=lambda _model, dim: FaissIndex(dim=dim), space_of=lambda _: shipped()
    )
    follower.follow()
    drops = Drops(FakeTally())
    lookup = Lookup(picture_url=lambda facts: f"http://[::1]/{facts.picture}", k=6, max_age_s=MAX_AGE_S)
    intake = Intake(Answerer(live=follower.live, lookup=lookup, queue=queue, drops=drops), drops)
    waiting, turn = 0, 0
    for name, payload in _messages(began_s):
        intake.receive(name, payload)
        waiting += 1
        if waiting == _BATCHES[turn % len(_BATCHES)]:
            intake.answer(timeout_s=0)
            waiting, turn = 0, turn + 1
    intake.answer(timeout_s=0)
    intake.close()
    lasting = [_lasting(json.loads(text), began_s) for text in reversed(queue.latest(limit=600))]
    return lasting[:_WHOLE] + [_short(record) for record in lasting[_WHOLE:]]


def _items() -> list[Item]:
    """Items of every kind: taught, equal to another, liked, without a link, with odd texts."""
    items = [item(number, taught=2 if number % 5 == 0 else 0) for number in range(26)]
    items[3] = replace(items[3], title='An "odd" mug\u2028 of Zoë\'s \\ \x01', metadata={"größe": "5'"})
    items[9] = replace(items[9], vectors=items[4].vectors, link=None)
    items[6] = replace(items[6], right=3, wrong=1)
    items[7] = replace(items[7], wrong=4, metadata={})
    return items


def _messages(began_s: float) -> Iterator[tuple[str, bytes]]:
    random = np.random.default_rng(5)
    for seq in range(_FRAMES):
        for camera in range(_CAMERAS):
            # Camera 6 sees strangers, camera 7 changes what it sees at each frame.
            others = {6: 700 + seq // 5, 7: seq, 0: (3, 4, 7, 6)[seq // 7]}
            shown = others.get(camera, (3 * camera + seq // 6) % 26)
            encoding: Literal["f16", "i8"] = "i8" if camera % 3 else "f16"
            seen = Observation(
                f"cam-{camera}",
                camera_views(shown, 1 + (camera == 5), seed=10 + seq % 3),
                began_s + 0.25 * seq + 0.011 * camera,
                f"{camera:08x}",
                # Now and then a number or a time goes back.
                seq if seq % 11 else 0,
                MODEL if camera != 4 or seq % 5 else "ba9876543210",
                (0.1, 0.2, 0.30001, 0.4) if camera % 2 else None,
                {"capture": 1.234, "embed": float(random.integers(10, 90))},
                still_s=3.0 if camera == 2 and seq % 9 == 8 else 0.0,
            )
            yield (
                topic(seen.thing, "features"),
                encode_observation(seen, encoding=encoding),
            )
    # Of 2018: a line of numbers, of a camera that says neither when nor by which model.
    line = ",".join(f"{number:.5f}" for number in camera_views(1)[0])
    yield "lookalike/cam-2018/features", json.dumps({"features": line}).encode()


def _lasting(record: dict[str, Any], began_s: float) -> dict[str, Any]:
    """The record without what differs from run to run."""
    for name in ("id", "searched_at"):
        del record[name]
    for name in ("captured_at", "expires_at"):
        at_s = from_iso(record[name])
        record[name] = round(at_s - began_s, 3) if record["session"] else None
    timings = record["timings_ms"]
    record["timings_ms"] = {name: ms for name, ms in timings.items() if name not in ("transport", "search")}
    return record


def _short(record: dict[str, Any]) -> dict[str, Any]:
    matches = [[each["id"], each["score"], each["distance"]] for each in record["matches"]]
    return record | {"matches": matches}


assert DIM == 48, "the kept records are of these vectors"

if __name__ == "__main__":
    with redis_server() as server:
        lines = ",\n".join(
            json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in records(server.url)
        )
        KEPT.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
