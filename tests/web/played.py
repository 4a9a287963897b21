"""Cameras played by a test on the system's own broker, and their scenes: vectors of items."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from common.codes import Code
from common.picture_stamp import Stamp, stamped
from common.wire import Observation, Vectors, encode_observation
from services.adapters.sqlite_items import SqliteItems
from services.core.catalogue.paging import all_items
from services.core.domain import Item
from services.core.records import UPLOAD
from tests.system.played import PlayedCamera
from tests.system.stack import Stack

# Often enough to keep a still scene live.
STILL_S = 0.5
# A probability that is far from a match's and from none's.
UNSURE = 0.4


class SeeingCamera(PlayedCamera):
    """A camera that sends vectors, and before each its `picture` (a JPEG) as a preview, if there is one."""

    def __init__(self, stack: Stack, thing: str) -> None:
        super().__init__(stack, thing)
        self.picture: bytes | None = None
        self.box: tuple[float, float, float, float] | None = None
        self.behind_s = 0.0  # by how much its clock is slow
        self._model = stack.get("/healthz")["checks"]["index"]["model"]
        self._lock = threading.Lock()
        self._scene: Vectors | None = None
        self._codes: tuple[Code, ...] = ()

    def see(self, scene: Vectors | None, *codes: Code) -> None:
        """Change to a scene, float32 [dim], or to none; with the codes on it."""
        with self._lock:
            self._scene, self._codes = scene, codes
            self._look()

    def look_again(self) -> None:
        """Send the scene once more."""
        with self._lock:
            self._look()

    def _look(self) -> None:
        if self._scene is None:
            return
        seen = Observation(
            thing=self.thing,
            vectors=self._scene[np.newaxis],
            captured_at_s=time.time() - self.behind_s,
            session="0" * 8,
            seq=time.monotonic_ns() // 1_000_000,
            model=self._model,
            codes=self._codes,
            box=self.box,
        )
        if self.picture is not None:
            assert seen.session is not None
            self.show(stamped(self.picture, Stamp(seen.session, seen.seq, seen.captured_at_s)))
        self._send("features", encode_observation(seen, encoding="i8"))  # as the edge does


@contextlib.contextmanager
def playing(stack: Stack, thing: str) -> Iterator[SeeingCamera]:
    """A camera that is on and keeps sending its scene; the broker forgets it afterwards."""
    ending = threading.Event()
    with SeeingCamera(stack, thing) as camera:
        camera.say("online")

        def look_on() -> None:
            while not ending.wait(STILL_S):
                camera.look_again()

        looking = threading.Thread(target=look_on)
        looking.start()
        try:
            yield camera
        finally:
            ending.set()
            looking.join()


def items(stack: Stack) -> list[Item]:
    """All items of the catalogue, with their vectors."""
    store = SqliteItems(stack.data / "items.sqlite", writable=False)
    try:
        return list(all_items(store))
    finally:
        store.close()


def doubtful(stack: Stack, item: Item) -> Vectors:
    """A vector, float32 [dim], that the search takes for an item with the probability UNSURE."""
    clear, strange = item.vectors[0], nowhere(item)
    near, far = 0.0, 1.0
    for _ in range(12):
        share = (near + far) / 2
        mixed = _unit(clear * (1 - share) + strange * share)
        best = _searched(stack, mixed)["matches"][0]
        if best["id"] == item.id and best["score"] > UNSURE:
            near = share
        else:
            far = share
    return mixed


def _searched(stack: Stack, vector: Vectors) -> dict[str, Any]:
    """The search's record of a vector by itself, whatever a camera saw before."""
    model = stack.get("/healthz")["checks"]["index"]["model"]
    seen = Observation(UPLOAD, vector[np.newaxis], time.time(), "0" * 8, 1, model)
    answer = stack.client.post(f"{stack.address('search')}/search", content=encode_observation(seen))
    answer.raise_for_status()
    return dict(answer.json())


def nowhere(like: Item) -> Vectors:
    """A vector, float32 [dim], that is near no item."""
    return _unit(np.random.default_rng(1).standard_normal(like.vectors.shape[1:], np.float32))


def _unit(vector: Vectors) -> Vectors:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)
