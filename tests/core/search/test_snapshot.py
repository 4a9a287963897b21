"""A search that starts from a snapshot answers as one that has read all items, and follows the changes."""

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from services.core.camera_mean import CameraMean
from services.core.domain import Item
from services.core.errors import LoadingError, UnavailableError
from services.core.ports import Memory
from services.core.search.camera_means import CameraMeans
from services.core.search.follow import Follower
from services.core.search.space import ModelSpace
from services.core.search.space_fit import SHARPENING_FROM
from services.core.search.view import View
from tests.core.search.spaces import camera_views, item, shipped
from tests.core.search.test_follow_space import scores, settled
from tests.fake_snapshots import FakeSnapshots
from tests.fakes import MODEL, OTHER_MODEL, FakeClock, FakeIndex, FakeItems

ITEMS = [item(number, taught=3 if number < SHARPENING_FROM else 0) for number in range(30)]


class ReadItems(FakeItems):
    """A store that counts the pages and the items that are read."""

    pages = 0
    items_read = 0

    def page(self, *, after: str = "", limit: int = 100, text: str = "", points: bool = True) -> list[Item]:
        self.pages += 1
        return super().page(after=after, limit=limit, text=text, points=points)

    def get_many(self, item_ids: Sequence[str], *, points: bool = True) -> list[Item | None]:
        self.items_read += len(item_ids)
        return super().get_many(item_ids, points=points)


class Rig:
    """A store, its snapshots, and searches that start one after the other."""

    def __init__(self, items: Sequence[Item] = ITEMS) -> None:
        self.store, self.snapshots, self.clock = ReadItems(items), FakeSnapshots(), FakeClock()
        self.means, self.shipped = CameraMeans(), shipped()

    def started(self, store: FakeItems | None = None) -> Follower:
        return Follower(
            store or self.store,
            make_index=lambda _model, dim: FakeIndex(dim=dim),
            space_of=self._space_of,
            clock=self.clock,
            camera_means=self.means,
            snapshots=self.snapshots,
        )

    def without_snapshots(self) -> Follower:
        return Follower(
            self.store,
            make_index=lambda _model, dim: FakeIndex(dim=dim),
            space_of=self._space_of,
            clock=self.clock,
        )

    def _space_of(self, _model: str) -> ModelSpace | None:
        return self.shipped

    def kept(self) -> View:
        """Keep a snapshot of the store; gives the view that it was made of."""
        following = self.started()
        view = settled(following)
        found = following.snapshot()
        assert found is not None
        self.snapshots.save(*found, breathe=lambda: None)
        self.store.pages = self.store.items_read = 0
        return view


def is_read_anew(rig: Rig, store: FakeItems, caplog: pytest.LogCaptureFixture, why: str) -> None:
    """Check that a search of the store reads all items, says why in one line, and drops the snapshot."""
    with caplog.at_level(logging.WARNING):
        view = settled(rig.started(store))
    assert dict(view.facts) == {each.id: each.facts for each in store.page(limit=1000)}
    assert [why in record.getMessage() for record in caplog.records] == [True]
    assert rig.snapshots.load() is None


def test_it_answers_as_one_that_read_all_items_and_reads_none() -> None:
    rig = Rig()
    before = rig.kept()
    following = rig.started()
    following.follow()
    assert following.view is not None
    assert (rig.store.pages, rig.store.items_read) == (0, 0)
    assert before.space.metric is not None
    assert scores(following.view) == pytest.approx(scores(before), abs=1e-6)
    assert dict(following.view.facts) == dict(before.facts)
    assert dict(following.view.standings) == dict(before.standings)
    assert following.view.calibration == before.calibration


def test_what_changed_since_counts_at_once() -> None:
    rig = Rig()
    rig.kept()
    rig.store.put(item(40))
    rig.store.delete("thing-029")
    rig.store.put(replace(ITEMS[3], title="Renamed"))
    rig.store.feedback(1, shown="thing-004", really="thing-005")
    following = rig.started()
    view = settled(following)
    assert (rig.store.pages, rig.store.items_read) == (0, 5)
    assert view.facts["thing-003"].title == "Renamed"
    assert "thing-029" not in view.facts
    assert (len(view.facts), len(view.index), following.items) == (30, 30, 30)
    assert view.calibration.leaning.keys() == {"thing-004", "thing-005"}


def test_it_answers_before_it_has_caught_up() -> None:
    rig = Rig()
    rig.kept()
    rig.store.put(item(40))
    rig.store.down = {"changes"}
    following = rig.started()
    with pytest.raises(UnavailableError):
        following.follow()
    with pytest.raises(LoadingError):  # a store that does not answer is not known to be the same
        following.live()
    rig.store.down = {"get_many"}
    with pytest.raises(UnavailableError):
        following.follow()
    view = following.live()
    assert view is not None
    assert "thing-040" not in view.facts
    rig.store.down = set()
    assert "thing-040" in settled(following).facts


def test_a_second_snapshot_holds_both_what_was_kept_and_what_changed() -> None:
    rig = Rig()
    rig.kept()
    rig.store.put(item(40))
    rig.store.delete("thing-000")
    rig.store.put(replace(ITEMS[3], title="Renamed"))
    before = rig.kept()
    following = rig.started()
    following.follow()
    assert following.view is not None
    assert rig.store.items_read == 0
    assert dict(following.view.facts) == dict(before.facts)
    assert scores(following.view) == pytest.approx(scores(before), abs=1e-6)


def test_another_store_that_counts_its_changes_alike_is_noticed(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig()
    rig.kept()
    again = FakeItems([replace(each, title="Another") for each in ITEMS])
    is_read_anew(rig, again, caplog, "it is of another item store")


class Restored(ReadItems):
    """A store that was put back from a backup: it has the identity of the one that it was copied from."""

    def __init__(self, of: FakeItems, items: Sequence[Item]) -> None:
        super().__init__(items)
        self._identity = str(of.identity())


@pytest.mark.parametrize(
    ("items", "why"),
    [
        (ITEMS[:20], "the item store's newest is 20: is that a backup?"),
        ([*ITEMS[:20], *map(item, range(60, 80))], "had other changes"),
        ([*ITEMS[:29], replace(ITEMS[29], title="Another")], "item 'thing-029' is another"),
    ],
)
def test_a_backup_that_was_put_back_is_noticed(
    items: list[Item], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    rig = Rig()
    rig.kept()
    is_read_anew(rig, Restored(rig.store, items), caplog, why)


def test_other_shipped_means_have_all_items_read(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig()
    rig.kept()
    rig.shipped = replace(rig.shipped, camera_mean=rig.shipped.camera_mean * 0.9)
    is_read_anew(rig, rig.store, caplog, "it was made by version")


def test_a_change_of_models_has_all_items_read(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig()
    rig.kept()
    for each in ITEMS:
        rig.store.stage(replace(each, model=OTHER_MODEL))
    rig.store.set_model(OTHER_MODEL)
    is_read_anew(rig, rig.store, caplog, "of another model's time")


def test_a_model_that_is_gone_and_came_back_has_all_items_read() -> None:
    rig = Rig()
    rig.kept()
    rig.store.set_model(OTHER_MODEL)
    rig.store.stage(replace(ITEMS[3], vectors=item(50).vectors, taught=()))  # no change tells of it
    rig.store.set_model(MODEL)
    settled(rig.started())
    assert rig.store.pages


def test_a_snapshot_that_turns_out_damaged_gives_no_answers_any_more() -> None:
    rig = Rig()
    before = rig.kept()
    following = rig.started()
    following.follow()
    following.doubt()
    rig.store.down = {"page"}
    with pytest.raises(UnavailableError):
        following.follow()
    with pytest.raises(LoadingError):
        following.live()
    rig.store.down = set()
    assert scores(settled(following)) == pytest.approx(scores(before), abs=1e-6)
    assert rig.store.pages


def test_the_space_goes_on_from_what_it_was_fitted_to() -> None:
    rig = Rig(ITEMS[:20])
    rig.kept()
    rig.store.put_many([item(number, taught=3) for number in range(100, 160)])
    following = rig.started()
    first = settled(following)
    rig.clock.now_s += 120
    then = settled(following)
    assert then.space is not first.space
    assert then.space.taught_items == SHARPENING_FROM + 60
    assert scores(then) == pytest.approx(scores(settled(rig.without_snapshots())), abs=1e-5)


def test_a_space_that_was_fitted_to_cameras_stays_while_none_is_known() -> None:
    rig = Rig()
    scene = camera_views(1)
    mean = CameraMean(MODEL, np.asarray(900 * scene[0], np.float32), 900.0, scene, scene[0], 1)
    rig.means.note({"cam-1": Memory(mean=mean)})
    before = rig.kept()
    assert before.space.taught_mean is not None
    rig.means = CameraMeans()
    following = rig.started()
    first = settled(following)
    assert first.space.taught_mean is not None
    rig.clock.now_s += 3600
    assert settled(following) is first
    np.testing.assert_array_equal(first.space.taught_mean, before.space.taught_mean)


def test_without_an_item_there_is_no_snapshot() -> None:
    rig = Rig([])
    following = rig.started()
    following.follow()
    assert following.snapshot() is None


def test_items_are_found_by_their_barcodes_after_a_start_from_a_snapshot() -> None:
    rig = Rig([replace(ITEMS[0], metadata={"gtin": "4006381333931"}), *ITEMS[1:]])
    rig.kept()
    following = rig.started()
    following.follow()
    assert following.view is not None
    assert rig.store.items_read == 0
    assert following.view.codes.items(["gtin:04006381333931"]) == [ITEMS[0].id]
