"""The follower's space: fitted to the items, and fitted again beside the live index when they changed."""

import numpy as np
import pytest

from services.core.camera_mean import CameraMean
from services.core.domain import Item
from services.core.ports import ItemStore, Memory
from services.core.search.camera_means import CameraMeans
from services.core.search.follow import Follower
from services.core.search.lookup import Lookup
from services.core.search.space_fit import SHARPENING_FROM
from services.core.search.space_state import SpaceState
from services.core.search.view import View
from tests.core.search.spaces import camera_views, item, shipped
from tests.fakes import FakeClock, FakeIndex, FakeItems, make_observation

LOOKUP = Lookup(picture_url=lambda facts: facts.id, k=6, max_age_s=5.0)


def follower(
    store: ItemStore, clock: FakeClock | None = None, camera_means: CameraMeans | None = None
) -> Follower:
    return Follower(
        store,
        make_index=lambda _model, dim: FakeIndex(dim=dim),
        space_of=lambda _model: shipped(),
        clock=clock or FakeClock(),
        camera_means=camera_means,
    )


def settled(following: Follower) -> View:
    """The view once nothing is left to be read."""
    while following.follow():
        pass
    assert following.view is not None
    return following.view


def scores(view: View) -> dict[str, float]:
    (near,) = view.compared.search(camera_views(3), k=50)
    return {each.item_id: each.score for each in near}


@pytest.mark.parametrize("taught", [0, 12])
def test_after_a_reload_answers_do_not_depend_on_when_items_came(taught: int) -> None:
    items = [item(number, taught=3 if number < taught else 0) for number in range(40)]
    came = FakeItems(items[20:21])
    following = follower(came)
    settled(following)
    for each in [*items[21:], *items[:20]]:
        came.put(each)
        following.follow()
    there = scores(settled(follower(FakeItems(items))))
    # Those that came one by one are in a space that is near enough ...
    assert scores(settled(following)) == pytest.approx(there, abs=0.1)
    # ... and in the same one after a start.
    assert scores(settled(follower(came))) == pytest.approx(there, abs=1e-5)


def test_a_mean_that_moved_has_the_items_read_again_beside_the_live_index() -> None:
    store, clock = FakeItems([item(0)]), FakeClock()
    following = follower(store, clock)
    before = settled(following)
    store.put_many([item(number) for number in range(1, 30)])
    after = settled(following)
    assert after.index is not before.index
    assert len(after.index) == len(after.facts) == 30
    assert not np.allclose(after.space.catalogue_mean, before.space.catalogue_mean, atol=0.01)  # type: ignore[arg-type]


def test_a_large_catalogue_is_fitted_to_all_of_its_items() -> None:
    store = FakeItems(item(number) for number in range(700))
    view = settled(follower(store))
    everything = follower(store)
    settled(everything)
    assert everything.view is not None
    mean = np.mean([item(number).vectors.mean(axis=0) for number in range(700)], axis=0)
    assert view.space.catalogue_mean is not None
    assert float(np.linalg.norm(view.space.catalogue_mean - mean)) < 0.05
    assert len(view.index) == 700


def test_what_people_teach_sharpens_at_the_next_reading() -> None:
    store = FakeItems(item(number) for number in range(20))
    following = follower(store)
    assert settled(following).space.metric is None
    for number in range(SHARPENING_FROM):
        store.put(item(number, taught=3))
        settled(following)
    view = settled(following)
    assert view.space.metric is not None
    assert set(view.standings) == set(view.facts)
    store.delete("thing-000")
    assert "thing-000" not in settled(following).standings


def test_it_is_told_how_the_space_was_made() -> None:
    clock, means = FakeClock(), CameraMeans()
    store = FakeItems(item(number, taught=2 * (number < SHARPENING_FROM)) for number in range(20))
    following = follower(store, clock, means)
    assert following.space is None
    view = settled(following)
    age_s = following.space.age_s if following.space else -1.0
    clock.now_s += 60
    scene = CameraMean(view.model, 9 * camera_views(1)[0], 9.0, camera_views(1), camera_views(1)[0], 1)
    means.note({"cam-1": Memory(mean=scene)})
    assert following.space == SpaceState(age_s + 60, SHARPENING_FROM, is_sharpened=True, cameras=1)


def test_a_model_without_means_has_no_space_to_tell_of() -> None:
    following = Follower(FakeItems([item(1)]), make_index=lambda _model, dim: FakeIndex(dim=dim))
    settled(following)
    assert following.space is None


def test_an_item_with_a_vector_of_nan_is_left_out_of_the_mean() -> None:
    bad = Item("bad", "Bad", "b.jpg", item(0).model, item(0).vectors * np.nan, damage="its vectors are NaN")
    view = settled(follower(FakeItems([item(1), bad])))
    assert view.space.catalogue_mean is not None
    assert np.isfinite(view.space.catalogue_mean).all()
    assert list(view.facts) == ["thing-001"]


def test_a_camera_that_is_watched_learns_its_mean_and_a_search_by_picture_does_not() -> None:
    view = settled(follower(FakeItems(item(number) for number in range(20))))
    (record,) = LOOKUP.answer([make_observation(camera_views(3))], view, memories={})
    assert record.mean is None
    seen = make_observation(camera_views(3), thing="cam-1")
    (record,) = LOOKUP.answer([seen], view, memories={"cam-1": Memory()})
    assert record.mean is not None
    assert record.mean.count == 1
    (again,) = LOOKUP.answer([seen], view, memories={"cam-1": Memory(mean=record.mean)})
    assert again.mean is None
    assert again.matches[0].item.id == "thing-003"
