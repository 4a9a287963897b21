"""The cache of items' local features."""

from collections.abc import Mapping, Sequence

import pytest

from common.local_points import encode_points
from services.core.errors import UnavailableError
from services.core.search import point_cache
from services.core.search.point_cache import PointCache, PointsKey
from tests.fakes import FakeClock
from tests.points import random_points

ONE, TWO = (encode_points(random_points(20, seed=seed)) for seed in (1, 2))


def key(item_id: str = "mug", *, pictures: tuple[str, ...] = ("a.jpg",)) -> PointsKey:
    return PointsKey(item_id, "0123456789ab", pictures)


class Store:
    """Points by id, and the ids that were read."""

    def __init__(self, **points: tuple[bytes, ...]) -> None:
        self.points, self.reads, self.down = points, list[list[str]](), False

    def read(self, ids: Sequence[str]) -> Mapping[str, tuple[bytes, ...]]:
        if self.down:
            raise UnavailableError("the item store is down")
        self.reads.append(list(ids))
        return {item_id: self.points[item_id] for item_id in ids if item_id in self.points}


def test_points_are_read_once_and_only_those_that_lack() -> None:
    store = Store(mug=(ONE, TWO), cup=(TWO,))
    cache = PointCache(store.read)
    assert [len(points) for points in cache.get([key()])["mug"]] == [20, 20]
    assert [len(cache.get([key(), key("cup")])[name]) for name in ("mug", "cup")] == [2, 1]
    assert store.reads == [["mug"], ["cup"]]
    store.down = True
    assert len(cache.get([key()])["mug"]) == 2


def test_items_without_points_and_damaged_ones_have_none() -> None:
    store = Store(cup=(), jar=(b"", b"\x01damaged", ONE))
    found = PointCache(store.read).get([key("gone"), key("cup"), key("jar")])
    assert {name: len(points) for name, points in found.items()} == {"gone": 0, "cup": 0, "jar": 1}


def test_an_item_with_other_pictures_is_read_again() -> None:
    store = Store(mug=(ONE,))
    cache = PointCache(store.read)
    cache.get([key()])
    store.points["mug"] = (ONE, TWO)
    assert len(cache.get([key(pictures=("a.jpg", "b.jpg"))])["mug"]) == 2


def test_what_a_rebuild_made_again_is_read_after_a_minute() -> None:
    clock, store = FakeClock(), Store(mug=())
    cache = PointCache(store.read, clock=clock)
    for _ in range(5):
        assert cache.get([key()])["mug"] == ()
        clock.now_s += 11
    store.points["mug"] = (ONE,)
    clock.now_s += 11
    assert len(cache.get([key()])["mug"]) == 1
    assert len(store.reads) == 2


def test_only_the_latest_items_are_kept() -> None:
    store = Store()
    cache = PointCache(store.read)
    for number in range(point_cache._ITEMS + 1):
        cache.get([key(f"item-{number}")])
    cache.get([key(f"item-{point_cache._ITEMS}")])
    cache.get([key("item-0")])
    assert store.reads[-1] == ["item-0"]
    assert len(store.reads) == point_cache._ITEMS + 2


def test_a_store_that_fails_is_told() -> None:
    store = Store()
    store.down = True
    with pytest.raises(UnavailableError):
        PointCache(store.read).get([key()])
