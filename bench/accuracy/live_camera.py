"""Frames as a camera sends them: the edge's loop, its messages, the search, a camera's memory in Redis."""

from __future__ import annotations

import time

from bench.accuracy.product import Product
from common.wire import decode_observation, parse_topic
from edge.look.details import DetailsAsks
from edge.look.loop import Loop
from edge.picture.frame_types import Frame, Shot
from edge.settings import EdgeSettings
from services.core.records import MatchRecord
from services.core.search.answer import Pushed

_FPS = 10.0


class LiveCamera:
    """One edge, whose frames may be of several cameras; times are those of the frames, not of the machine."""

    def __init__(self, product: Product) -> None:
        self._at_s = 0.0
        self._shot: Shot | None = None
        self._record: MatchRecord | None = None
        self._asks = DetailsAsks(clock=lambda: self._at_s)
        self._answerer = product.answerer(self._asks.ask, lambda: self._at_s)
        heartbeat_s = EdgeSettings().heartbeat_s
        self._loop = Loop(
            self,
            product.featurizer,
            self,
            max_fps=_FPS,
            heartbeat_s=heartbeat_s,
            describer=product.describer,
            asks=self._asks,
        )

    def show(self, frame: Frame, thing: str, *, at_s: float) -> MatchRecord:
        """The newest answer to this camera once it has seen a frame, captured at `at_s`."""
        self._shot, self._at_s = Shot(frame, thing, at_s), at_s
        self._loop.turn()
        assert self._record is not None
        return self._record

    def take(self, timeout_s: float) -> Shot | None:
        """The frame that is shown, once."""
        del timeout_s
        shot, self._shot = self._shot, None
        return shot

    def publish(self, topic: str, payload: bytes) -> bool:
        """Answer a message as the search does."""
        thing, kind = parse_topic(topic)
        seen = decode_observation(payload, thing=thing, kind=kind, received_at_s=time.time())
        assert seen is not None
        (outcome,) = self._answerer.answer([seen])
        assert isinstance(outcome, Pushed), outcome
        self._record = outcome.record
        return True
