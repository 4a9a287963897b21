"""The latest report of the catalogue's health: made when it is asked for, beside everything else."""

import threading
from collections.abc import Callable
from typing import Any

from services.core.catalogue.health.check import HealthCheck, Seen
from services.core.catalogue.health.problem import Report
from services.core.catalogue.health.watch import HealthState, HealthWatch
from services.core.errors import UnavailableError
from services.core.ports import Picture
from tests.fake_stores import FakeItems, FakePictures
from tests.fakes import make_item
from tests.system.stack import eventually


class SlowItems(FakeItems):
    """A store that is read when the test lets it be."""

    def __init__(self) -> None:
        super().__init__([make_item("mug")])
        self.let, self.fails = threading.Event(), False
        self.reads = 0

    def page(self, **given: Any) -> Any:
        self.reads += 1
        assert self.let.wait(30)
        if self.fails:
            raise UnavailableError("the item store does not answer")
        return super().page(**given)


def unread(content: bytes) -> tuple[Picture, str]:
    raise AssertionError(f"{content!r} is of no item")


def watch_of(items: SlowItems) -> HealthWatch:
    check = HealthCheck(items, FakePictures(), unread, Seen(), {})
    return HealthWatch(check, items.head)


def ended(watch: HealthWatch, is_it: Callable[[HealthState], object]) -> HealthState:
    return eventually(lambda: state if is_it(state := watch.state()) else None, within_s=30)


def report_of(watch: HealthWatch) -> Report:
    state = ended(watch, lambda state: state.report is not None and state.checking is None)
    assert state.report is not None
    return state.report


def test_nobody_waits_for_a_check_and_two_who_ask_share_it() -> None:
    items = SlowItems()
    watch = watch_of(items)
    assert watch.state().report is None
    assert watch.state().checking is not None
    items.let.set()
    assert report_of(watch).items == 1
    reads = items.reads
    assert report_of(watch).items == 1
    assert items.reads == reads


def test_a_change_of_the_catalogue_and_a_wish_begin_another_check() -> None:
    items = SlowItems()
    items.let.set()
    watch = watch_of(items)
    first = report_of(watch)
    items.put(make_item("bowl"))
    assert ended(watch, lambda state: state.report and state.report.items == 2)
    second = report_of(watch)
    assert watch.state(again=True).checking is not None
    assert report_of(watch).checked_at_s > second.checked_at_s > first.checked_at_s


def test_a_failed_check_says_why_keeps_the_report_and_is_begun_again() -> None:
    items = SlowItems()
    items.let.set()
    watch = watch_of(items)
    report = report_of(watch)
    items.fails = True
    watch.state(again=True)
    state = ended(watch, lambda state: state.trouble)
    assert (state.report, state.trouble) == (report, "the item store does not answer")
    items.fails = False
    assert ended(watch, lambda state: state.trouble is None and state.checking is None).report is not None
