"""The second look: inliers, its deadline, and its threads."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial

import pytest

from common.local_points import encode_points
from services.core.errors import UnavailableError
from services.core.records import Neighbour
from services.core.search.point_cache import PointCache, PointsKey
from services.core.search.second_look import Looked, SecondLook, reordered
from tests import pace
from tests.fakes import FakeMatcher
from tests.points import random_points
from tests.servers import until

SEEN = encode_points(random_points(60, seed=1))
OTHER = encode_points(random_points(60, seed=2))
STORE = {"mug": (SEEN,), "cup": (OTHER, SEEN), "jar": (OTHER,), "bare": ()}
LATE_S = 60.0

MakeLook = Callable[..., SecondLook]


@pytest.fixture
def make_look() -> Iterator[MakeLook]:
    with ExitStack() as ending:

        def make(
            read: Callable[[Sequence[str]], Mapping[str, tuple[bytes, ...]]] = lambda _ids: STORE,
            matcher: FakeMatcher | None = None,
            *,
            workers: int = 1,
            deadline_s: float = LATE_S,
        ) -> SecondLook:
            cache = PointCache(read)
            look = SecondLook(cache, matcher or FakeMatcher(), workers=workers, deadline_s=deadline_s)
            ending.callback(look.close)
            return look

        yield make


def keys(*ids: str) -> list[PointsKey]:
    return [PointsKey(item_id, "0123456789ab", ("a.jpg",)) for item_id in ids]


def test_an_items_inliers_are_those_of_the_picture_that_has_most(make_look: MakeLook) -> None:
    look = make_look()
    looked = look.look(SEEN, keys("mug", "cup", "jar"), due_s=look.due_s())
    assert looked == Looked({"mug": 60, "cup": 60, "jar": 0}, is_whole=True)


def test_an_item_without_points_had_no_second_look(make_look: MakeLook) -> None:
    look = make_look()
    looked = look.look(SEEN, keys("bare", "gone", "jar"), due_s=look.due_s())
    assert looked == Looked({"bare": None, "gone": None, "jar": 0}, is_whole=True)


def test_a_frame_without_points_finds_none(make_look: MakeLook) -> None:
    look = make_look()
    looked = look.look(b"", keys("mug"), due_s=look.due_s())
    assert looked == Looked({"mug": 0}, is_whole=True)


def test_an_item_of_many_pictures_keeps_no_other_from_its_turn(make_look: MakeLook) -> None:
    matcher = FakeMatcher()
    store = {"many": (OTHER,) * 80, "mug": (SEEN,)}
    look = make_look(lambda _ids: store, matcher)
    looked = look.look(SEEN, keys("many", "mug"), due_s=look.due_s())
    assert looked == Looked({"many": 0, "mug": 60}, is_whole=True)
    assert matcher.compared == 40


def test_an_answer_goes_out_at_its_time_however_slow_the_store_is(make_look: MakeLook) -> None:
    go_on = threading.Event()

    def read(_ids: Sequence[str]) -> Mapping[str, tuple[bytes, ...]]:
        go_on.wait(LATE_S)
        return STORE

    look = make_look(read, deadline_s=0.15)
    try:
        started_s = time.monotonic()
        looked = look.look(SEEN, keys("mug"), due_s=look.due_s())
        took_s = time.monotonic() - started_s
        assert looked == Looked({"mug": None}, is_whole=False)
        assert 0.14 < took_s < 0.15 + pace.limit_s(0.5)
        # Its thread still waits for the store, so the next answer goes out at once.
        assert look.look(SEEN, keys("mug"), due_s=look.due_s()) is None
    finally:
        go_on.set()
    until(lambda: look.look(SEEN, keys("mug"), due_s=look.due_s() + LATE_S) is not None)


def test_what_was_found_by_then_counts(make_look: MakeLook) -> None:
    go_on, first = threading.Event(), iter([True])
    matcher = FakeMatcher(lambda: None if next(first, False) else go_on.wait(LATE_S))
    look = make_look(matcher=matcher, deadline_s=0.15)
    try:
        looked = look.look(SEEN, keys("mug", "jar"), due_s=look.due_s())
    finally:
        go_on.set()
    assert looked == Looked({"mug": 60, "jar": None}, is_whole=False)


def test_no_item_is_begun_after_the_deadline(make_look: MakeLook) -> None:
    matcher = FakeMatcher(partial(time.sleep, 0.1))
    look = make_look(matcher=matcher, deadline_s=0.05)
    look.look(SEEN, keys("mug", "jar", "cup"), due_s=look.due_s())
    until(lambda: look.look(SEEN, [], due_s=look.due_s()) is not None)
    assert matcher.compared <= 1


@pytest.mark.parametrize("error", [UnavailableError("the item store is down"), ValueError("a fault of ours")])
def test_a_second_look_that_fails_costs_no_answer(make_look: MakeLook, error: Exception) -> None:
    def read(_ids: Sequence[str]) -> Mapping[str, tuple[bytes, ...]]:
        raise error

    look = make_look(read)
    for _ in range(3):
        until(lambda: look.look(SEEN, [], due_s=look.due_s()) is not None)
        looked = look.look(SEEN, keys("mug"), due_s=look.due_s())
        assert looked in (None, Looked({"mug": None}, is_whole=False))


def test_inliers_raise_an_item_in_the_order_beside_its_score() -> None:
    near = [
        Neighbour(name, 1.0, score=score) for name, score in (("a", 0.6), ("b", 0.5), ("c", 0.45), ("d", 0.1))
    ]
    found = reordered(near, {"a": 5, "b": 7, "c": 40})
    assert [(each.item_id, each.inliers) for each in found] == [("c", 40), ("a", 5), ("b", 7), ("d", None)]
