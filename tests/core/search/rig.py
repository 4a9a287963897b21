"""The search's intake over fakes, for its tests."""

import threading
import time

from common.wire import Kind, Observation, Vectors, encode_observation, topic
from services.core.search.answer import Answerer, AnswerListener
from services.core.search.drops import Drops
from services.core.search.follow import Follower
from services.core.search.intake import Intake
from services.core.search.lookup import Lookup
from services.core.search.point_cache import PointCache, ReadPoints
from services.core.search.second_look import SecondLook
from services.core.search.view import View
from tests.fakes import (
    MODEL,
    FakeIndex,
    FakeItems,
    FakeMatcher,
    FakeQueue,
    FakeTally,
    make_item,
    make_observation,
)


class SearchRig:
    """An intake and the answering behind it, over fakes."""

    def __init__(
        self,
        queue: FakeQueue | None = None,
        *,
        loaded: bool = True,
        listener: AnswerListener | None = None,
        matcher: FakeMatcher | None = None,
        second_look_s: float = 60.0,
    ) -> None:
        self.store = FakeItems(make_item(f"item-{number}") for number in range(10))
        self.follower = Follower(self.store, make_index=lambda _model, dim: FakeIndex(dim=dim))
        self.viewed = threading.Event()
        if loaded:
            self.follower.follow()
        self.queue, self.tally = queue or FakeQueue(), FakeTally()
        # Cameras that were asked for local features.
        self.asked: list[str] = []
        self.read_points: ReadPoints = self.store.points
        cache = PointCache(lambda ids: self.read_points(ids))
        self.second_look = SecondLook(cache, matcher or FakeMatcher(), workers=1, deadline_s=second_look_s)
        self.lookup = Lookup(
            picture_url=lambda item: item.id,
            k=6,
            max_age_s=5.0,
            second_look=self.second_look,
            tally=self.tally,
        )
        drops = Drops(self.tally)
        self.answerer = Answerer(
            live=self._live,
            lookup=self.lookup,
            queue=self.queue,
            drops=drops,
            listener=listener,
            ask_details=self.asked.append,
        )
        self.intake = Intake(self.answerer, drops)

    def _live(self) -> View | None:
        try:
            return self.follower.live()
        finally:
            self.viewed.set()

    def receive(self, seen: Observation) -> None:
        kind: Kind = "features" if seen.local is None else "details"
        self.intake.receive(topic(seen.thing, kind), encode_observation(seen))

    def answer(self) -> int:
        return self.intake.answer(timeout_s=0)

    def close(self) -> None:
        self.intake.close()
        self.second_look.close()

    def untouched(self) -> bool:
        """Whether the messages had no effect."""
        return self.answer() == 0 and not self.tally.records and not self.queue.latest(limit=100)


def fresh(
    views: Vectors | None = None,
    *,
    thing: str = "cam-1",
    seq: int = 1,
    age_s: float = 0.0,
    model: str = MODEL,
) -> Observation:
    return make_observation(views, thing=thing, at_s=time.time() - age_s, seq=seq, model=model)
