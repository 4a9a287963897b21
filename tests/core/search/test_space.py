"""The space: means taken off, taught pictures joined, hubs damped, the metric sharpened."""

import tracemalloc
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from common.wire import Vectors
from services.core.catalogue.views import taught_rows
from services.core.search.space import (
    CATALOGUE_WEIGHT,
    PLAIN,
    TAUGHT_WEIGHT,
    ModelSpace,
    Space,
    directions,
)
from services.core.search.space_fit import SHARPENING_FROM, SpaceStatistics
from services.core.search.spaced_index import SpacedIndex
from tests.core.search.spaces import DIM, camera_views, catalogue_views, item, shipped
from tests.fakes import FakeIndex, filled, vectors


def fitted(items: int = 40, *, taught: int = 0, views: int = 4) -> Space:
    statistics = SpaceStatistics(shipped(), DIM)
    statistics.add(item(number, taught=views if number < taught else 0) for number in range(items))
    return statistics.fit()


def searched(space: Space, items: int = 40, *, taught: int = 0) -> SpacedIndex:
    index, standings = FakeIndex(dim=DIM), {}
    for number in range(items):
        made = item(number, taught=4 if number < taught else 0)
        rows, standing = space.placed(made)
        filled(index, {made.id: rows})
        if standing is not None:
            standings[made.id] = standing
    return SpacedIndex(index, space, standings)


def right(index: SpacedIndex, mean: Vectors | None = None, items: int = 40) -> float:
    """The share of things whose item comes first."""
    queries = np.concatenate([camera_views(number, 5, seed=9) for number in range(items)])
    found = index.nearest(index.space.queries(queries, mean), k=1)
    return float(np.mean([near[0].item_id == f"thing-{n // 5:03}" for n, near in enumerate(found)]))


def test_without_a_space_vectors_are_compared_as_they_are() -> None:
    made = item(3)
    rows, standing = PLAIN.placed(made)
    np.testing.assert_array_equal(rows, made.vectors)
    np.testing.assert_array_equal(PLAIN.queries(made.vectors), made.vectors)
    assert standing is None


def test_own_means_find_what_the_difference_of_places_hides() -> None:
    assert right(searched(fitted())) > right(searched(PLAIN)) + 0.05


def test_a_cameras_own_mean_is_taken_off_instead_of_the_shipped_one() -> None:
    space, own = fitted(), camera_views(7, 50).mean(axis=0)
    query = camera_views(1)
    np.testing.assert_allclose(space.queries(query, own)[0], directions(query - own, query)[0], atol=1e-6)


@pytest.mark.parametrize("taught", [0, SHARPENING_FROM])
def test_vectors_in_the_index_are_of_unit_length_and_can_be_turned_back(taught: int) -> None:
    space = fitted(taught=taught)
    assert (space.metric is not None) == bool(taught)
    own = catalogue_views(5)
    rows = space.catalogue(own)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(space.originals(rows), own, atol=1e-3)


def test_neighbours_hold_their_pictures_own_vectors_and_come_by_their_scores() -> None:
    index = searched(fitted(taught=3), taught=3)
    (near,) = index.search(camera_views(5), k=10)
    assert [each.score for each in near] == sorted((each.score for each in near), reverse=True)
    plain = [each for each in near if int(each.item_id[-3:]) >= 3]
    for each in plain:
        own = catalogue_views(int(each.item_id[-3:]))
        assert each.vector is not None
        assert float((own @ each.vector).max()) > 0.999


def test_a_score_joins_catalogue_and_taught_pictures() -> None:
    far = ModelSpace(shipped().camera_mean, np.empty((0, DIM), np.float32))
    space = replace(fitted(taught=10), shipped=far)
    made = item(2, taught=4)
    made = replace(made, vectors=made.vectors[[0, -2, -1]], more_pictures=made.more_pictures[-2:])
    made = replace(made, taught=made.more_pictures)
    rows, standing = space.placed(made)
    assert standing is not None
    assert len(rows) == 1
    query = space.queries(camera_views(2, seed=4), camera_views(9, 40).mean(axis=0))[0]
    own = directions(space.taught(made.vectors[1:]).mean(axis=0, keepdims=True), made.vectors[:1])[0]
    catalogue, taught = float(space.catalogue(made.vectors[:1])[0] @ query), float(own @ query)
    scaled = space.scale.gain * taught + space.scale.offset
    expected = CATALOGUE_WEIGHT * catalogue + TAUGHT_WEIGHT * scaled
    assert standing.score(float(rows[0] @ query)) == pytest.approx(expected, abs=1e-5)


def test_taught_items_are_found_and_take_little_from_others() -> None:
    after = searched(fitted(taught=10), taught=10)
    assert right(after, items=10) > 0.9
    strangers = np.concatenate([camera_views(number, 5, seed=9) for number in range(10, 40)])
    named = [near[0].item_id < "thing-010" for near in after.search(strangers, k=1)]
    assert np.mean(named) < 0.15


def test_an_item_that_is_taught_alone_is_found() -> None:
    space = fitted(taught=3)
    rows, standing = space.placed(item(200, taught=4, catalogue=False))
    index = searched(space)
    assert isinstance(index.index, FakeIndex)
    assert standing is not None
    filled(index.index, {"taught": rows})
    spaced = replace(index, standings={**index.standings, "taught": standing})
    found = [near[0].item_id for near in spaced.search(camera_views(200, 10, seed=8), k=1)]
    assert found.count("taught") >= 8
    others = np.concatenate([camera_views(number, 2, seed=8) for number in range(40)])
    assert [near[0].item_id for near in spaced.search(others, k=1)].count("taught") <= 8


def test_things_that_are_all_taught_alone_score_alike_whether_they_sharpen_or_not() -> None:
    gains = []
    for count in (SHARPENING_FROM - 1, SHARPENING_FROM + 4):
        statistics = SpaceStatistics(shipped(), DIM)
        statistics.add(item(number, taught=4, catalogue=False) for number in range(count))
        gains.append(statistics.fit().scale.gain)
    assert gains[0] == pytest.approx(gains[1])


def test_an_item_that_is_near_to_all_cameras_is_damped() -> None:
    space = fitted()
    made = item(7)
    hub = replace(made, vectors=directions(0.7 * catalogue_views(7) + camera_views(7), made.vectors))
    wide = replace(made, vectors=camera_views(500, 3))
    scores = [space.placed(each)[1] for each in (made, hub, wide)]
    assert all(score is not None for score in scores)
    offsets = [score.offset for score in scores if score is not None]
    assert offsets[2] < offsets[0] < 0


def test_a_vector_that_is_the_mean_itself_stays_one_to_compare() -> None:
    space = fitted()
    assert space.camera_mean is not None
    same = space.camera_mean[None]
    assert np.isfinite(space.queries(same)).all()
    assert space.catalogue_mean is not None
    made = replace(item(1), vectors=np.tile(space.catalogue_mean, (3, 1)))
    assert np.isfinite(space.placed(made)[0]).all()


def test_the_metric_needs_some_items_and_is_well_conditioned() -> None:
    assert fitted(taught=SHARPENING_FROM - 1).metric is None
    assert fitted(taught=SHARPENING_FROM, views=1).metric is None
    metric = fitted(taught=SHARPENING_FROM).metric
    assert metric is not None
    strengths = np.linalg.eigvalsh(metric)
    assert strengths.min() > 0
    assert strengths.max() / strengths.min() < 30


def test_taught_views_that_are_all_the_same_sharpen_nothing() -> None:
    statistics = SpaceStatistics(shipped(), DIM)
    for number in range(SHARPENING_FROM):
        made = item(number, taught=2)
        same = np.concatenate([made.vectors[:3], made.vectors[3:4], made.vectors[3:4]])
        statistics.add([replace(made, vectors=same)])
    metric = statistics.fit().metric
    assert metric is None or np.isfinite(metric).all()


def test_taught_cosines_are_brought_to_the_mean_and_spread_of_the_catalogues() -> None:
    items = [item(number, taught=1 + number % 3, catalogue=number != 4) for number in range(30)]
    statistics = SpaceStatistics(shipped(), DIM)
    statistics.add(items)
    space = statistics.fit()
    taught, catalogue = [], []
    for own, other in permutations(items, 2):
        seen = space.taught(own.vectors[taught_rows(own)])
        middle = space.taught(other.vectors[taught_rows(other)]).mean(axis=0)
        taught += (seen @ middle / np.linalg.norm(middle)).tolist()
        if rows := len(other.vectors[~taught_rows(other)]):
            catalogue += (seen @ space.catalogue(other.vectors[:rows]).T).max(axis=1).tolist()
    scaled = space.scale.gain * np.array(taught) + space.scale.offset
    # The shop's figures, with which it begins, still count a little.
    assert scaled.mean() == pytest.approx(np.mean(catalogue), abs=0.02)
    assert scaled.std() == pytest.approx(np.std(catalogue), abs=0.03)


def test_thousands_of_taught_items_are_fitted_within_their_memory() -> None:
    made = [item(number, taught=2) for number in range(40)]
    statistics = SpaceStatistics(shipped(), DIM)
    statistics.add(replace(made[number % 40], id=f"item-{number:04}") for number in range(4000))
    tracemalloc.start()
    scale = statistics.fit().scale
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert np.isfinite([scale.gain, scale.offset]).all()
    assert peak < 50_000_000


def test_the_fit_does_not_depend_on_the_order_of_the_items() -> None:
    items = [item(number, taught=3 * (number % 2)) for number in range(30)]
    first, second = SpaceStatistics(shipped(), DIM), SpaceStatistics(shipped(), DIM)
    first.add(items)
    second.add(reversed(items))
    one, other = first.fit(), second.fit()
    for name in ("catalogue_mean", "taught_mean", "metric"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), atol=1e-5)
    assert not second.is_moved_from(one)


def test_items_that_change_and_go_leave_nothing_in_what_was_taught() -> None:
    only, changed = SpaceStatistics(shipped(), DIM), SpaceStatistics(shipped(), DIM)
    only.add([item(1, taught=2)])
    changed.add([item(1, taught=3), item(2, taught=3), item(3, taught=3), item(1, taught=2), item(3)])
    changed.remove("thing-002")
    one, other = only.fit(), changed.fit()
    np.testing.assert_allclose(one.taught_mean, other.taught_mean, atol=1e-6)  # type: ignore[arg-type]
    assert (other.taught_items, other.sharpening_items) == (1, 1)


def test_an_unknown_model_has_its_items_where_they_are() -> None:
    statistics = SpaceStatistics(None, DIM)
    statistics.add([item(1), item(2, taught=3)])
    space = statistics.fit()
    np.testing.assert_array_equal(space.placed(item(2, taught=3))[0], item(2, taught=3).vectors)
    np.testing.assert_array_equal(space.queries(vectors(3, dim=DIM)), vectors(3, dim=DIM))
    assert not statistics.is_moved_from(space)
