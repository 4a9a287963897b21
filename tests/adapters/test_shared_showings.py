"""The contract of what functions share of showings: states, and pictures asked for; fakes and Redis."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.adapters.redis_shared import RedisAskedPictures, RedisShowings
from services.core.errors import UnavailableError
from services.core.history.asked_pictures import AskedPicture, AskedPictures
from services.core.history.shared_keeper import ShowingStates
from tests.adapters.redis_kinds import RedisPlace
from tests.fake_history import FakeAskedPictures, FakeStates
from tests.servers import Server

KINDS = pytest.mark.parametrize("kind", ["fake", "single", "cluster"])
Of = Callable[[str], RedisPlace]


def states_of(kind: str, redis_of: Of) -> ShowingStates:
    place = None if kind == "fake" else redis_of(kind)
    return FakeStates() if place is None else RedisShowings(place.client, keys=place.keys)


def asked_of(kind: str, redis_of: Of) -> AskedPictures:
    place = None if kind == "fake" else redis_of(kind)
    return FakeAskedPictures() if place is None else RedisAskedPictures(place.client, keys=place.keys)


@KINDS
def test_a_state_is_replaced_only_if_it_is_the_one_that_was_read(kind: str, redis_of: Of) -> None:
    states = states_of(kind, redis_of)
    assert states.get("cam-1") is None
    assert states.replace("cam-1", None, '{"title":"Größe 7’"}')
    assert not states.replace("cam-1", None, "other")
    assert not states.replace("cam-1", "older", "other")
    assert not states.replace("cam-1", "older", None)
    assert states.get("cam-1") == '{"title":"Größe 7’"}'
    assert states.replace("cam-2", None, "two")
    assert states.replace("cam-1", '{"title":"Größe 7’"}', "newer")
    assert states.all() == {"cam-1": "newer", "cam-2": "two"}
    assert states.replace("cam-1", "newer", None)
    assert states.get("cam-1") is None
    assert states.all() == {"cam-2": "two"}


@KINDS
def test_a_picture_that_was_asked_for_is_known_once(kind: str, redis_of: Of) -> None:
    asked = asked_of(kind, redis_of)
    wanted = AskedPicture(7, "5f3a9c01", 3, (0.25, 0.1, 0.5, 0.8))
    asked.note("cam-1", "0" * 32, wanted)
    asked.note("cam-1", "1" * 32, AskedPicture(8, "5f3a9c01", 4, None))
    assert asked.taken("cam-2", "0" * 32) is None
    assert asked.taken("cam-1", "0" * 32) == wanted
    assert asked.taken("cam-1", "0" * 32) is None
    assert asked.taken("cam-1", "1" * 32) == AskedPicture(8, "5f3a9c01", 4, None)


def test_what_another_function_has_left_is_read_once_ones_own_is_refused(redis_of: Of) -> None:
    place = redis_of("single")
    mine, other = (RedisShowings(each.client, keys=each.keys) for each in (place, place.again()))
    assert mine.replace("cam-1", None, "mine")
    assert other.replace("cam-1", other.get("cam-1"), "other's")
    assert mine.get("cam-1") == "mine"  # as it was lately: nothing is read
    assert not mine.replace("cam-1", "mine", "more")
    assert mine.get("cam-1") == "other's"


def test_a_further_camera_is_left_out_and_all_is_forgotten_in_time(redis_of: Of) -> None:
    place = redis_of("single")
    states = RedisShowings(place.client, keys=place.keys, most=2)
    assert all(states.replace(thing, None, "state") for thing in ("cam-1", "cam-2", "cam-3"))
    assert states.all().keys() == {"cam-1", "cam-2"}
    assert states.replace("cam-2", "state", "newer")
    (key,) = place.client.keys("*")
    assert 0 < int(place.client.ttl(key)) <= 7 * 86_400


def test_a_redis_that_is_gone_is_unavailable(mortal_redis: Server) -> None:
    place = RedisPlace.at(mortal_redis.url)
    states, asked = RedisShowings(place.client), RedisAskedPictures(place.client)
    mortal_redis.kill()
    for call in (
        states.all,
        lambda: states.get("cam-1"),
        lambda: states.replace("cam-1", None, "x"),
        lambda: asked.taken("cam-1", "0" * 8),
    ):
        with pytest.raises(UnavailableError, match="Redis"):
            call()
