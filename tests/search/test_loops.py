"""The search's threads, over fakes."""

import json
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from common.wire import encode_observation
from services.core.catalogue.views import RECIPE
from services.core.domain import Item
from services.core.errors import Loading
from services.core.ports import KnnIndex
from services.core.search.answer import Answerer
from services.core.search.drops import Drops
from services.core.search.follow import Follower
from services.core.search.intake import Intake
from services.core.search.lookup import Lookup
from services.core.search.view import View
from services.search.loops import OTHER_RECIPE, Loops
from tests.fakes import FakeIndex, FakeItems, FakeQueue, FakeTally, make_item, make_observation
from tests.pace import limit_s
from tests.servers import until


class LoopsRig:
    """Loops over a store of ten items; `faults` names the calls that raise an unexpected exception."""

    def __init__(self, store: FakeItems | None = None) -> None:
        self.faults: set[str] = set()
        self.store = store or FakeItems(make_item(f"item-{number}") for number in range(10))
        self.queue, self.seq = FakeQueue(), 0
        self.follower = Follower(self.store, make_index=self._make_index)
        lookup = Lookup(picture_url=lambda item: item.id, k=6, max_age_s=5.0)
        drops = Drops(FakeTally())
        answerer = Answerer(live=self._live, lookup=lookup, queue=self.queue, drops=drops)
        self.intake = Intake(answerer, drops)
        self.now_s = 1000.0
        self.may_answer, self.is_held = threading.Event(), threading.Event()
        self.may_answer.set()
        self.loops = Loops(follower=self.follower, intake=self.intake, clock=lambda: self.now_s)

    def _make_index(self, _model: str, dim: int) -> KnnIndex:
        self._fail("follow")
        return FakeIndex(dim=dim)

    def _live(self) -> View | None:
        view = self.follower.live()
        self._fail("answer")
        if not self.may_answer.is_set():
            self.is_held.set()
            self.may_answer.wait()
        return view

    def _fail(self, name: str) -> None:
        if name in self.faults:
            raise RuntimeError(f"a fault in {name}")

    def send(self) -> None:
        """Let the camera show one more frame."""
        self.seq += 1
        seen = make_observation(at_s=time.time(), seq=self.seq)
        self.intake.receive("lookalike/cam-1/features", encode_observation(seen))

    def answers(self, *, after: int = 0) -> bool:
        """Send one more observation; whether one behind the number `after` was answered."""
        self.send()
        return any(json.loads(record)["seq"] > after for record in self.queue.latest())


@contextmanager
def running(rig: LoopsRig) -> Iterator[LoopsRig]:
    rig.loops.start()
    try:
        yield rig
    finally:
        rig.loops.stop()


def test_from_the_moment_the_catalogue_is_read_observations_are_answered_from_it() -> None:
    rig = LoopsRig()
    rig.store.down = {"model"}
    with running(rig):
        until(lambda: rig.loops.trouble == "item store: model is down")
        rig.store.down = set()
        until(lambda: rig.loops.trouble is None)
        until(rig.answers)
        assert len(json.loads(rig.queue.latest(limit=100)[-1])["matches"]) == 6


def test_a_new_item_is_found_within_a_second() -> None:
    with running(LoopsRig()) as rig:
        until(lambda: rig.follower.items == 10)
        rig.store.put(make_item("new"))
        until(lambda: rig.follower.items == 11, within_s=1.0)


def test_an_exception_in_a_turn_is_logged_and_it_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    rig = LoopsRig()
    rig.faults = {"follow", "answer"}
    with caplog.at_level(logging.ERROR), running(rig):
        until(lambda: "_follow failed" in caplog.text)
        rig.faults = {"answer"}
        until(lambda: rig.loops.trouble is None)
        until(lambda: rig.answers(after=rig.seq + 1) or "_answer failed" in caplog.text)
        rig.faults = set()
        before = rig.seq
        until(lambda: rig.answers(after=before))
    assert "a fault in follow" in caplog.text
    assert "a fault in answer" in caplog.text


def test_a_store_that_dies_is_trouble_by_name_and_over_when_it_is_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rig = LoopsRig()
    assert rig.follower.loading
    with caplog.at_level(logging.WARNING), running(rig):
        # Before the first reading there is no trouble either, and no view that could answer later.
        until(lambda: rig.follower.loading is None and rig.loops.trouble is None)
        rig.store.down = {"model"}
        until(lambda: rig.loops.trouble == "item store: model is down")
        until(rig.answers)  # from the view that is still there
        rig.store.down = set()
        until(lambda: rig.loops.trouble is None)
    assert caplog.text.count("item store: model is down") == 1


class Pausing(FakeItems):
    """A store that gives its second page only when permitted."""

    def __init__(self, items: Iterable[Item]) -> None:
        super().__init__(items)
        self.may_go_on = threading.Event()

    def page(self, *, after: str = "", limit: int = 100, text: str = "", points: bool = True) -> list[Item]:
        if after:
            assert self.may_go_on.wait(15)
        return super().page(after=after, limit=limit, text=text, points=points)


def test_a_store_that_was_not_there_is_no_trouble_any_more_as_soon_as_it_is_being_read() -> None:
    store = Pausing(make_item(f"item-{number}") for number in range(10))
    rig = LoopsRig(store)
    store.down = {"model"}
    with running(rig):
        try:
            until(lambda: rig.loops.trouble == "item store: model is down")
            store.down = set()
            until(lambda: rig.follower.loading == Loading(10, 10))
            assert rig.loops.trouble is None
        finally:
            store.may_go_on.set()
        until(lambda: rig.follower.loading is None)


def test_a_fault_while_following_is_trouble_too() -> None:
    with running(LoopsRig()) as rig:
        until(lambda: rig.loops.trouble is None)
        rig.faults = {"follow"}
        rig.store.set_model("ffffffffffff")  # makes the follower build another index
        rig.store.put(make_item("new", model="ffffffffffff"))
        until(lambda: rig.loops.trouble is not None, within_s=3.0, what="trouble")


def test_a_thread_that_hangs_or_has_ended_is_named() -> None:
    with running(LoopsRig()) as rig:
        until(rig.answers)
        assert rig.loops.held_up() is None
        rig.may_answer.clear()
        try:
            until(lambda: rig.is_held.is_set() or rig.send())  # type: ignore[func-returns-value]
            rig.now_s += 61
            assert rig.loops.held_up() == "the thread answer has not turned for 61 s"
        finally:
            rig.may_answer.set()
        until(lambda: rig.loops.held_up() is None)
    assert rig.loops.held_up() == "the thread follow has ended"


@pytest.mark.parametrize("state", ["store down", "faults"])
def test_what_is_wrong_elsewhere_holds_no_thread_up(state: str) -> None:
    rig = LoopsRig()
    rig.queue.down = True
    rig.faults = {"follow"} if state == "faults" else set()
    rig.store.down = {"model"} if state == "store down" else set()
    with running(rig):
        for _ in range(3):
            rig.now_s += 1000
            rig.send()
            until(lambda: rig.loops.held_up() is None)


@pytest.mark.parametrize("state", ["idle", "store down", "faults"])
def test_stop_ends_all_threads_within_a_second(state: str) -> None:
    rig, before = LoopsRig(), threading.active_count()
    rig.faults = {"follow"} if state == "faults" else set()
    rig.store.down = {"model"} if state == "store down" else set()
    rig.loops.start()
    assert threading.active_count() == before + 2
    until(lambda: rig.loops.trouble is None or state != "idle")
    started_s = time.monotonic()
    rig.loops.stop()
    assert time.monotonic() - started_s < limit_s(1.0)
    assert threading.active_count() == before


def test_items_of_another_recipe_are_told_once_at_the_start(caplog: pytest.LogCaptureFixture) -> None:
    rig = LoopsRig()
    for number in range(10):
        rig.store.put(replace(make_item(f"item-{number}"), recipe=RECIPE + (number < 3)))
    with running(rig):
        until(lambda: rig.follower.items == 10)
        rig.store.put(replace(make_item("item-3"), recipe=RECIPE + 1))
        until(lambda: rig.follower.other_recipe == 4)
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert told == [f"3 items are {OTHER_RECIPE}"]
