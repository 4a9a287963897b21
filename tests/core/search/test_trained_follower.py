"""A search goes over to another training with its endpoint, and answers all the time."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from common.wire import Vectors
from services.core.domain import IndexChange
from services.core.errors import UnavailableError
from services.core.index_state import IndexState
from services.core.ports import KnnIndex
from services.core.records import Neighbour
from services.core.search.answer import Answerer, Pushed
from services.core.search.drops import Drops
from services.core.search.follow import Follower
from services.core.search.gathering import Gathered, gather
from services.core.search.lookup import Lookup
from services.core.search.trained import RetrainedError, TrainedIndex
from services.core.search.trained_follower import TrainedFollower
from tests.core.search.test_trained import index_of
from tests.fakes import (
    OTHER_MODEL,
    FakeClock,
    FakeIndex,
    FakeItems,
    FakeQueue,
    FakeTally,
    make_item,
    make_observation,
)


class FakeTrainings:
    """A TrainedStore in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, TrainedIndex] = {}
        self.loads: list[str | None] = []

    def newest(self) -> str | None:
        return next(reversed(self.kept), None)

    def load(self, training: str | None = None) -> TrainedIndex | None:
        self.loads.append(training)
        return self.kept.get(training or self.newest() or "")

    def save(self, trained: TrainedIndex) -> None:
        self.kept[trained.training] = trained

    def remove(self, training: str) -> None:
        self.kept.pop(training, None)


class Endpoint:
    """An endpoint that serves one training at a time."""

    def __init__(self, store: FakeItems) -> None:
        self.store, self.trainings, self.serves = store, FakeTrainings(), ""
        self.asked = 0
        self._gathered: dict[str, Gathered] = {}

    def prepare(self, training: str) -> None:
        """Train on the catalogue as it is now, and keep what is left."""
        found = gather(self.store, training=training)
        self._gathered[training] = found
        self.trainings.save(found.trained)

    def open(self, trained: TrainedIndex) -> KnnIndex:
        return ServedIndex(self, self._gathered[trained.training])


class ServedIndex:
    """A KnnIndex that answers while the endpoint serves its training."""

    def __init__(self, endpoint: Endpoint, found: Gathered) -> None:
        self._endpoint, self._training, self._index = endpoint, found.trained.training, index_of(found)

    def __len__(self) -> int:
        return len(self._index)

    @property
    def cursor(self) -> int:
        return self._index.cursor

    def apply(self, changes: Sequence[IndexChange], *, cursor: int) -> None:
        self._index.apply(changes, cursor=cursor)

    def state(self) -> IndexState:
        return self._index.state()

    def search(self, vectors: Vectors, *, k: int) -> list[list[Neighbour]]:
        self._endpoint.asked += 1
        if not self._endpoint.serves:
            raise UnavailableError("k-NN endpoint shop: there is no such endpoint")
        if self._endpoint.serves != self._training:
            raise RetrainedError("it serves another", training=self._endpoint.serves)
        return self._index.search(vectors, k=k)


class Rig:
    """A search over an endpoint that was trained on three items."""

    def __init__(self, *, trained: bool = True) -> None:
        self.store = FakeItems(make_item(f"item-{number}") for number in range(3))
        self.endpoint, self.clock = Endpoint(self.store), FakeClock()
        self.following = TrainedFollower(self.endpoint.trainings, self._make, clock=self.clock)
        if trained:
            self.endpoint.prepare("t-1")
            self.endpoint.serves = "t-1"
        self.tally = FakeTally()
        self.answerer = Answerer(
            live=self.following.live,
            lookup=Lookup(picture_url=lambda item: item.id, k=3, max_age_s=5.0),
            queue=FakeQueue(),
            drops=Drops(self.tally),
            retrained=self.following.serves,
        )
        self.seq = 0

    def _make(self) -> Follower:
        return Follower(
            self.store, make_index=lambda _model, dim: FakeIndex(dim=dim), open_trained=self.endpoint.open
        )

    def turn(self, *, after_s: float = 0.0) -> None:
        self.clock.now_s += after_s
        self.following.follow()

    def best(self, item_id: str) -> str:
        """The best match of an item's own vector; "" if the observation was dropped."""
        self.seq += 1
        seen = make_observation(make_item(item_id).vectors, at_s=time.time(), seq=self.seq)
        (outcome,) = self.answerer.answer([seen])
        return outcome.record.matches[0].item.id if isinstance(outcome, Pushed) else ""


def test_a_search_begins_with_the_newest_training() -> None:
    rig = Rig()
    assert rig.following.loading is not None
    rig.turn()
    assert (rig.following.items, rig.following.cursor) == (3, 3)
    assert rig.best("item-2") == "item-2"
    rig.store.put(make_item("later"))
    rig.turn()
    assert rig.best("later") == "later"


def test_without_a_training_it_says_what_to_do_and_begins_when_there_is_one() -> None:
    rig = Rig(trained=False)
    with pytest.raises(UnavailableError, match="`lookalike aws train` makes one"):
        rig.turn()
    assert rig.following.loading is not None
    rig.endpoint.prepare("t-1")
    rig.endpoint.serves = "t-1"
    rig.turn()
    assert rig.best("item-1") == "item-1"


def test_it_goes_over_to_a_prepared_training_with_the_endpoint_and_drops_nothing() -> None:
    rig = Rig()
    rig.turn()
    rig.store.put(make_item("later"))
    rig.store.delete("item-0")
    rig.endpoint.prepare("t-2")
    rig.turn(after_s=40)
    rig.store.put(make_item("latest"))  # known to both
    rig.turn()
    assert [rig.best(name) for name in ("later", "latest")] == ["later", "latest"]
    rig.endpoint.serves = "t-2"
    assert [rig.best(name) for name in ("later", "latest", "item-1")] == ["later", "latest", "item-1"]
    # For a moment both may answer: the instances of the one go as those of the other come.
    rig.endpoint.serves = "t-1"
    assert rig.best("latest") == "latest"
    rig.endpoint.serves = "t-2"
    assert rig.best("latest") == "latest"
    assert rig.tally.drops.total() == 0


def test_a_training_is_loaded_once_and_the_earlier_one_forgotten() -> None:
    rig = Rig()
    rig.turn()
    rig.endpoint.prepare("t-2")
    for _ in range(5):
        rig.turn(after_s=40)
    assert rig.endpoint.trainings.loads == [None, "t-2"]
    rig.endpoint.serves = "t-2"
    rig.turn(after_s=40)
    rig.turn(after_s=40)
    assert rig.best("item-1") == "item-1"
    rig.endpoint.serves = "t-1"
    assert rig.best("item-1") == ""


def test_without_observations_it_goes_over_too() -> None:
    rig = Rig()
    rig.turn()
    rig.endpoint.prepare("t-2")
    rig.turn(after_s=40)
    before = rig.following.view
    rig.turn(after_s=10)
    assert rig.following.view is before
    rig.endpoint.serves = "t-2"
    rig.turn(after_s=10)
    assert rig.following.view is not before


def test_a_training_that_is_served_unexpectedly_is_loaded_at_once() -> None:
    rig = Rig()
    rig.turn()
    rig.endpoint.prepare("t-2")
    rig.endpoint.serves = "t-2"
    assert rig.best("item-1") == ""
    assert dict(rig.tally.drops) == {"unavailable": 1}
    rig.turn(after_s=2)
    assert rig.best("item-1") == "item-1"


def test_a_process_that_starts_between_two_trainings_takes_the_one_that_is_served() -> None:
    rig = Rig()
    rig.endpoint.prepare("t-2")
    rig.turn()
    assert rig.best("item-1") == ""
    rig.turn(after_s=2)
    assert rig.best("item-1") == "item-1"
    rig.turn(after_s=40)
    rig.endpoint.serves = "t-2"
    assert rig.best("item-1") == "item-1"


def test_after_a_change_of_models_all_items_are_read_until_it_is_trained_again() -> None:
    rig = Rig()
    rig.turn()
    for number in range(3):
        rig.store.stage(make_item(f"item-{number}", model=OTHER_MODEL))
    rig.store.set_model(OTHER_MODEL)
    rig.turn()
    view = rig.following.view
    assert view is not None
    assert (view.model, len(view.index)) == (OTHER_MODEL, 3)
    rig.endpoint.prepare("t-2")
    rig.turn(after_s=40)
    assert rig.following.view is view
    rig.endpoint.serves = "t-2"
    rig.turn(after_s=10)
    assert isinstance(rig.following.view and rig.following.view.index, ServedIndex)


def test_an_endpoint_that_fails_is_noticed_without_observations() -> None:
    rig = Rig()
    rig.turn()
    rig.endpoint.serves = ""
    rig.turn()  # it is asked now and then
    with pytest.raises(UnavailableError, match="there is no such endpoint"):
        rig.turn(after_s=40)
    rig.store.put(make_item("later"))
    with pytest.raises(UnavailableError, match="there is no such endpoint"):
        rig.turn()
    assert rig.following.items == 4  # changes are read meanwhile
    rig.endpoint.serves = "t-1"
    rig.turn(after_s=10)
    assert rig.best("later") == "later"


def test_the_endpoint_is_asked_twice_a_minute_at_most() -> None:
    rig = Rig()
    for _ in range(60):
        rig.turn(after_s=1)
    assert rig.endpoint.asked == 2


def test_a_search_by_picture_goes_over_too() -> None:
    rig = Rig()
    rig.turn()
    rig.endpoint.prepare("t-2")
    rig.turn(after_s=40)
    rig.endpoint.serves = "t-2"
    seen = make_observation(make_item("item-1").vectors, at_s=time.time())
    assert rig.answerer.look(seen, k=1).matches[0].item.id == "item-1"
