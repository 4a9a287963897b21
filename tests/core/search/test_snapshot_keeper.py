"""When snapshots are written, and what becomes of one that turns out damaged."""

import logging
from dataclasses import replace

import pytest

from services.core.errors import LoadingError, UnavailableError
from services.core.search.snapshot import SnapshotBusyError
from services.core.search.snapshot_keeper import END_S, SnapshotKeeper
from tests.core.search.spaces import item
from tests.core.search.test_follow_space import settled
from tests.core.search.test_snapshot import Rig
from tests.fakes import FakeIndex

EVERY_S = 300.0


class KeptRig(Rig):
    """A search with a keeper; each pause between two steps takes `breath_s`."""

    def __init__(self, items: int = 3) -> None:
        super().__init__([item(number) for number in range(items)])
        self.breath_s, self.stops_at = 0.0, 0
        self.start()

    def start(self) -> None:
        self.following = self.started()
        self.keeper = SnapshotKeeper(
            self.following, self.snapshots, every_s=EVERY_S, clock=self.clock, pause=self._pause
        )

    def _pause(self, _for_s: float) -> None:
        self.clock.now_s += self.breath_s

    def renamed(self, number: int) -> None:
        """Change an item, whose vectors stay."""
        self.store.put(replace(item(number), title=f"Change {self.store.head()}"))

    def turn(self, *, after_s: float = 0.0) -> int:
        """Follow and let the keeper turn; gives the number of snapshots written so far."""
        self.clock.now_s += after_s
        settled(self.following)
        self.keeper.turn()
        return self.snapshots.saves


def test_the_first_one_is_written_as_soon_as_all_items_are_read() -> None:
    rig = KeptRig()
    rig.keeper.turn()
    assert rig.snapshots.saves == 0
    assert rig.turn() == 1


def test_another_is_written_when_something_changed_and_some_time_has_passed() -> None:
    rig = KeptRig()
    rig.turn()
    assert rig.turn(after_s=EVERY_S + 1) == 1
    rig.renamed(1)
    assert rig.turn(after_s=EVERY_S + 1) == 2
    rig.renamed(2)
    assert rig.turn(after_s=EVERY_S - 1) == 2
    assert rig.turn(after_s=2) == 3


def test_a_few_changes_of_many_items_wait_for_more() -> None:
    rig = KeptRig(items=400)
    rig.turn()
    for number in range(3):
        rig.renamed(number)
    assert rig.turn(after_s=EVERY_S + 1) == 1
    rig.renamed(3)
    assert rig.turn() == 2


def test_one_that_takes_long_is_written_more_rarely() -> None:
    rig = KeptRig()
    rig.breath_s = 10.0
    rig.turn()
    rig.renamed(1)
    assert rig.turn(after_s=2 * EVERY_S) == 1
    assert rig.turn(after_s=5 * EVERY_S) == 2


def test_another_space_is_worth_another_snapshot() -> None:
    rig = KeptRig()
    rig.turn()
    rig.start()
    rig.turn()
    rig.clock.now_s += 60
    before = rig.following.view
    rig.store.put_many([item(number, taught=2) for number in range(20, 40)])
    rig.turn()
    after = rig.following.view
    assert before is not None
    assert after is not None
    assert after.space is not before.space
    assert rig.turn(after_s=2 * EVERY_S) == rig.snapshots.saves >= 2


def test_another_base_of_the_index_is_worth_another_snapshot() -> None:
    rig = KeptRig()
    rig.turn()
    assert rig.following.view is not None
    index = rig.following.view.index
    assert isinstance(index, FakeIndex)
    index.base = 9
    assert rig.turn(after_s=EVERY_S - 1) == 1
    assert rig.turn(after_s=2) == 2
    assert rig.turn(after_s=EVERY_S + 1) == 2


def test_at_the_end_any_change_is_kept_and_nothing_else() -> None:
    rig = KeptRig(items=400)
    rig.turn()
    rig.keeper.end()
    assert rig.snapshots.saves == 1
    rig.renamed(3)
    rig.following.follow()
    rig.keeper.stop()
    rig.keeper.end()
    assert rig.snapshots.saves == 2


def test_at_the_end_there_is_no_time_for_a_long_one() -> None:
    rig = KeptRig()
    rig.turn()
    rig.renamed(1)
    rig.following.follow()
    rig.breath_s = END_S
    rig.keeper.stop()
    rig.keeper.end()
    assert rig.snapshots.saves == 1
    assert rig.snapshots.load() is not None


def test_one_that_another_process_has_written_is_enough() -> None:
    rig = KeptRig(items=30)
    rig.turn()
    rig.renamed(1)
    rig.kept()
    assert rig.turn(after_s=2 * EVERY_S) == 2
    rig.keeper.end()
    assert rig.snapshots.saves == 2


def test_a_folder_that_takes_none_is_told_of_once_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    rig = KeptRig()
    rig.snapshots.trouble = UnavailableError("snapshots in x: No space left on device")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            rig.turn(after_s=EVERY_S + 1)
    assert [record.getMessage() for record in caplog.records] == [
        "no snapshot: snapshots in x: No space left on device; the search goes on without"
    ]
    rig.snapshots.trouble = None
    assert rig.turn(after_s=EVERY_S + 1) == 1


def test_a_folder_that_another_process_writes_to_is_no_trouble(caplog: pytest.LogCaptureFixture) -> None:
    rig = KeptRig()
    rig.snapshots.trouble = SnapshotBusyError("another process writes one")
    with caplog.at_level(logging.WARNING):
        rig.turn()
    assert not caplog.records


def test_the_one_that_was_begun_with_is_checked_once() -> None:
    rig = KeptRig()
    rig.turn()
    rig.start()
    for _ in range(3):
        rig.turn(after_s=1)
    assert (rig.snapshots.checks, rig.snapshots.saves) == (1, 1)


def test_a_damaged_one_is_told_of_dropped_and_written_again(caplog: pytest.LogCaptureFixture) -> None:
    rig = KeptRig()
    rig.turn()
    rig.start()
    rig.snapshots.damaged = "rows.f32 is damaged"
    with caplog.at_level(logging.WARNING):
        settled(rig.following)
        rig.keeper.turn()
    assert [record.getMessage() for record in caplog.records] == [
        "snapshot snapshot-1: rows.f32 is damaged; all items are read instead"
    ]
    rig.store.down = {"page"}
    with pytest.raises(UnavailableError):
        rig.following.follow()
    with pytest.raises(LoadingError):
        rig.following.live()
    rig.store.down = set()
    assert rig.turn(after_s=EVERY_S + 1) == 2
    assert rig.following.items == 3
