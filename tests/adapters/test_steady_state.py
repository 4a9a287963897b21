"""The cost of a query once the items are in memory: no read of the store, and two round trips to Redis."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import redis

from common.wire import Observation
from services.adapters.dynamodb_items import DynamoItems
from services.core.search.answer import Answerer
from services.core.search.drops import Drops
from services.core.search.follow import Follower
from services.core.search.inline_follow import InlineFollow
from services.core.search.lookup import Lookup
from tests.adapters.hooks import hooked
from tests.adapters.redis_kinds import RedisPlace
from tests.adapters.round_trips import counted_trips
from tests.fakes import FakeClock, FakeIndex, FakeTally, make_item, make_observation

THINGS = [f"cam-{number}" for number in range(10)]


class Rig:
    """A search over DynamoDB and a Redis, which follows as a function does."""

    def __init__(self, store: DynamoItems, place: RedisPlace) -> None:
        self.clock = FakeClock()
        follower = Follower(store, make_index=lambda _model, dim: FakeIndex(dim=dim))
        self.following = InlineFollow(follower, every_s=1, clock=self.clock)
        lookup = Lookup(picture_url=lambda item: item.id, k=6, max_age_s=5.0, second_look=None)
        self.answerer = Answerer(
            live=follower.live, lookup=lookup, queue=place.queue(), drops=Drops(FakeTally())
        )

    def ask(self, seq: int, things: list[str]) -> int:
        """Answer an observation of each camera; gives the number of records."""
        self.following.turn(within_s=10)
        seen = [self.observation(thing, seq) for thing in things]
        return len(self.answerer.answer(seen))

    def observation(self, thing: str, seq: int) -> Observation:
        return make_observation(make_item("mug").vectors, thing=thing, seq=seq, at_s=time.time())


@pytest.fixture
def rig(dynamo: DynamoItems, redis_of: Callable[[str], RedisPlace]) -> tuple[Rig, redis.Redis]:
    """A search that has read 30 items, and answered."""
    dynamo.put_many([make_item("mug"), *(make_item(f"item-{number}") for number in range(29))])
    place = redis_of("single")
    made = Rig(dynamo, place)
    assert made.ask(0, THINGS) == len(THINGS)
    return made, place.client


@contextmanager
def counted_calls(client: Any) -> Iterator[Counter[str]]:
    """The calls of a client of DynamoDB by their operations."""
    calls = Counter[str]()

    def count(model: Any, **_: Any) -> None:
        calls[model.name] += 1

    with hooked(client, "before-call.dynamodb", count):
        yield calls


@pytest.mark.parametrize("things", [THINGS[:1], THINGS])
def test_a_query_reads_no_store_and_takes_two_round_trips_however_many_cameras_it_answers(
    rig: tuple[Rig, redis.Redis], dynamodb: Any, things: list[str]
) -> None:
    search, client = rig
    with counted_calls(dynamodb) as calls, counted_trips(client) as trips:
        for seq in range(1, 21):
            assert search.ask(seq, things) == len(things)
    assert calls == {}
    # What is remembered of the cameras; and the records.
    assert len(trips) == 2 * 20
    assert max(trips[0::2]) < 200 * len(things)


def test_once_a_second_the_store_is_asked_whether_there_is_news(
    rig: tuple[Rig, redis.Redis], dynamodb: Any
) -> None:
    search, _client = rig
    with counted_calls(dynamodb) as calls:
        for seq in range(1, 31):
            search.clock.now_s += 0.1
            search.ask(seq, THINGS[:1])
    assert calls == {"GetItem": 3}


def test_an_item_that_is_new_is_found_after_a_second_by_reading_it_alone(
    rig: tuple[Rig, redis.Redis], dynamo: DynamoItems, dynamodb: Any
) -> None:
    search, _client = rig
    dynamo.put(make_item("new"))
    search.clock.now_s += 1
    with counted_calls(dynamodb) as calls:
        search.ask(1, THINGS[:1])
    # That there is news, which item it is, the catalogue's model, the item's row, and its vectors.
    assert calls == {"GetItem": 2, "Query": 1, "BatchGetItem": 2}
    assert search.following.follower.items == 31
