"""Following in bounded time, without a thread."""

from __future__ import annotations

import pytest

from services.core.domain import Change
from services.core.errors import LoadingError
from services.core.search.follow import Follower
from services.core.search.inline_follow import InlineFollow
from tests.core.search.test_follow import HalfDead, follower, found, items
from tests.fakes import FakeClock, FakeIndex, FakeItems, make_item


def test_loading_that_takes_too_long_goes_on_with_the_next_call() -> None:
    store, clock = HalfDead(items(1201)), FakeClock()
    following = Follower(store, make_index=lambda _model, dim: FakeIndex(dim=dim), clock=clock)
    progress = []
    for _call in range(3):
        # The pages that were read before need not be read again.
        store.pages_left = 1
        assert following.follow(due_s=clock.now_s) == 0
        assert following.loading is not None
        progress.append((following.loading.read, following.loading.total))
        with pytest.raises(LoadingError):
            following.live()
    assert progress == [(500, 1201), (1000, 1201), (1201, 1201)]
    store.put(make_item("a-late"))
    store.pages_left = 1
    assert following.follow(due_s=clock.now_s) == 1201
    following.follow(due_s=clock.now_s)
    assert found(following) == sorted([*(item.id for item in items(1201)), "a-late"])


class CountedItems(FakeItems):
    """A store that counts how often its changes were asked for."""

    asked = 0

    def model(self) -> str | None:
        self.asked += 1
        return super().model()


def test_calls_in_between_read_no_store() -> None:
    store, clock = CountedItems([make_item()]), FakeClock()
    turns = InlineFollow(follower(store), every_s=1.0, clock=clock)
    for _ in range(2):  # the second finds nothing new, and notes the time
        turns.turn(within_s=9)
        clock.now_s += 1
    store.asked = 0
    turns.turn(within_s=9)
    assert store.asked == 1
    for _ in range(9):
        clock.now_s += 0.1
        turns.turn(within_s=9)
    assert store.asked == 1
    clock.now_s += 0.2
    turns.turn(within_s=9)
    assert store.asked == 2
    clock.now_s -= 3600
    turns.turn(within_s=9)
    assert store.asked == 3


def test_the_view_stays_while_the_store_does_not_answer() -> None:
    store, clock = FakeItems([make_item("mug")]), FakeClock()
    turns = InlineFollow(follower(store), every_s=1.0, clock=clock)
    turns.turn(within_s=9)
    store.down = {"model", "changes"}
    clock.now_s += 1
    turns.turn(within_s=9)
    assert turns.trouble is not None
    assert found(turns.follower) == ["mug"]
    store.down, clock.now_s = set(), clock.now_s + 1
    turns.turn(within_s=9)
    assert turns.trouble is None


class Faulty(FakeItems):
    """A store whose changes can't be read, by a fault."""

    faulty = False

    def changes(self, *, after: int, limit: int = 1000) -> list[Change]:
        if self.faulty:
            raise ZeroDivisionError("a fault")
        return super().changes(after=after, limit=limit)


def test_a_fault_of_ours_does_not_end_the_host() -> None:
    store, clock = Faulty([make_item("mug")]), FakeClock()
    turns = InlineFollow(follower(store), every_s=0, clock=clock)
    turns.turn(within_s=9)
    store.faulty = True
    store.put(make_item("bowl"))
    turns.turn(within_s=9)
    assert "ZeroDivisionError" in str(turns.trouble)
    assert found(turns.follower) == ["mug"]
    store.faulty = False
    turns.turn(within_s=9)
    assert turns.trouble is None
    assert found(turns.follower) == ["bowl", "mug"]
