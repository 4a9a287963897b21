"""A search in a space: answers by columns are those of neighbours, and equals are told in both."""

from dataclasses import replace

import numpy as np

from common.wire import Vectors
from services.adapters.faiss_index import FaissIndex
from services.core.domain import Item
from services.core.ports import KnnSearch
from services.core.records import Neighbour
from services.core.search.columns import ByColumns
from services.core.search.equals import first_equals
from services.core.search.space import Space
from services.core.search.space_fit import SpaceStatistics
from services.core.search.spaced_index import SpacedIndex
from tests.core.search.spaces import DIM, camera_views, item, shipped
from tests.fakes import FakeIndex, filled

ITEMS, FIRST_STEP = 40, 30


def twins() -> list[Item]:
    """Items of which two have the same pictures, and some are taught."""
    made = [item(number, taught=4 if number % 7 == 0 else 0) for number in range(ITEMS)]
    made[35] = replace(made[35], vectors=made[3].vectors)
    return made


def space_of(items: list[Item], *, metric: bool = False) -> Space:
    statistics = SpaceStatistics(shipped(), DIM)
    statistics.add(items)
    space = statistics.fit()
    slanted = np.diag(np.linspace(0.5, 1.5, DIM)).astype(np.float32)
    return replace(space, metric=slanted) if metric else space


def searched(index: FaissIndex | FakeIndex, space: Space, items: list[Item]) -> SpacedIndex:
    """The items in the index, added in two steps, so that FAISS' has a base and a delta."""
    placed = {made.id: space.placed(made) for made in items}
    for some in (items[:FIRST_STEP], items[FIRST_STEP:]):
        filled(index, {made.id: placed[made.id][0] for made in some})
    standings = {item_id: standing for item_id, (_, standing) in placed.items() if standing is not None}
    return SpacedIndex(index, space, standings)


def own_vectors(neighbours: list[Neighbour]) -> Vectors:
    return np.array([each.vector for each in neighbours])


def test_columns_give_the_neighbours_that_an_index_without_them_gives() -> None:
    items = twins()
    for space in (space_of(items), space_of(items, metric=True)):
        plain: KnnSearch = FakeIndex(dim=DIM)
        assert isinstance(FaissIndex(dim=DIM), ByColumns)
        assert not isinstance(plain, ByColumns)
        queries = space.queries(np.concatenate([camera_views(number, 1) for number in range(ITEMS)]))
        found, expected = (
            searched(index, space, items).nearest(queries, k=20)
            for index in (FaissIndex(dim=DIM), FakeIndex(dim=DIM))
        )
        for some, others in zip(found, expected, strict=True):
            assert [each.item_id for each in some] == [each.item_id for each in others]
            np.testing.assert_allclose([s.score for s in some], [o.score for o in others], atol=1e-5)
            np.testing.assert_allclose(own_vectors(some), own_vectors(others), atol=1e-5)


def test_where_only_equals_want_vectors_the_same_equals_are_found() -> None:
    items = twins()
    for space in (space_of(items), space_of(items, metric=True)):
        index = searched(FaissIndex(dim=DIM), space, items)
        queries = space.queries(np.concatenate([camera_views(number, 1) for number in range(ITEMS)]))
        whole, some = index.nearest(queries, k=20), index.nearest(queries, k=20, only_equals=True)
        equals = [first_equals(each) for each in some]
        assert equals == [first_equals(each) for each in whole]
        assert {"thing-035": "thing-003"} in equals
        # Most queries have none, whose neighbours get no vectors.
        assert sum(each[0].vector is None for each in some) > ITEMS / 2
        assert all(
            (each[0].vector is not None) or not pairs for each, pairs in zip(some, equals, strict=True)
        )


def test_few_items_and_none_are_answered_as_well() -> None:
    space = space_of(twins())
    queries = space.queries(camera_views(0, 3))
    for count in range(4):
        index = FaissIndex(dim=DIM)
        spaced = searched(index, space, twins()[: count + 1])
        filled(index, {"thing-000": None})
        for only_equals in (False, True):
            found = spaced.nearest(queries, k=20, only_equals=only_equals)
            assert [len(each) for each in found] == [count] * 3
