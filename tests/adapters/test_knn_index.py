"""The contract of a k-NN index's two ports, on the fake, on FAISS, exact or sized, and on an endpoint."""

import itertools
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from common.wire import Vectors, unit
from services.adapters.faiss_index import FaissFiles, FaissIndex
from services.adapters.mean_index import Base
from services.adapters.sized_index import SizedIndex
from services.core.domain import IndexChange
from services.core.ports import KnnIndex
from services.core.records import Neighbour
from tests.adapters.endpoints import RetrainedIndex, TestEndpoint, served_endpoint
from tests.fakes import FakeIndex, filled, vectors

DIM = 32


@pytest.fixture(scope="module")
def endpoint() -> Iterator[TestEndpoint]:
    """An endpoint of our own that can be trained again."""
    with served_endpoint() as running:
        yield running


def sized() -> SizedIndex:
    """An index that builds bases all the time, of a few items."""
    return SizedIndex(
        delta=FaissIndex(dim=DIM),
        build=lambda held, _: Base.build(held, dim=DIM, is_timed=False),
        build_from=8,
        least_delta=4,
    )


@pytest.fixture(params=["fake", "faiss", "faiss by rows", "reloaded faiss", "sized", "sagemaker"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KnnIndex]:
    """An empty index; of few items each of them finds all."""
    made = _made(request, tmp_path)
    yield made
    if isinstance(made, SizedIndex):
        assert made.settled(60)


def _made(request: pytest.FixtureRequest, folder: Path) -> KnnIndex:
    if request.param == "reloaded faiss":
        return ReloadedIndex(folder)
    if request.param == "sized":
        return sized()
    if request.param == "sagemaker":
        return RetrainedIndex(request.getfixturevalue("endpoint"), dim=DIM)
    if request.param == "faiss by rows":  # as with a catalogue that is large for a search
        return FaissIndex(dim=DIM, few_cosines=0)
    return FakeIndex(dim=DIM) if request.param == "fake" else FaissIndex(dim=DIM)


class ReloadedIndex(FaissIndex):
    """A FaissIndex that is kept in files before each batch of changes, and goes on from these."""

    def __init__(self, folder: Path) -> None:
        super().__init__(dim=DIM)
        self._folder, self._times = folder, itertools.count()

    def apply(self, changes: Sequence[IndexChange], *, cursor: int) -> None:
        folder = self._folder / str(next(self._times))
        folder.mkdir()
        self.frozen().save(folder)
        loaded = FaissFiles().load(folder, dim=DIM, cursor=self.cursor)
        self.__dict__ |= loaded.__dict__
        super().apply(changes, cursor=cursor)


def rows(count: int = 1, *, seed: int = 0) -> Vectors:
    return vectors(count, seed=seed, dim=DIM)


def ids(neighbours: list[Neighbour]) -> list[str]:
    return [neighbour.item_id for neighbour in neighbours]


def exact(items: dict[str, Vectors], query: Vectors, *, k: int) -> list[tuple[str, float]]:
    """The k nearest items by definition: the distance of an item is that of its nearest view."""
    nearest = [
        (item_id, min(np.linalg.norm(view - query) for view in views)) for item_id, views in items.items()
    ]
    return sorted(((item_id, float(distance)) for item_id, distance in nearest), key=lambda pair: pair[1])[:k]


def missed(
    index: KnnIndex, items: dict[str, Vectors], query: Vectors, found: list[Neighbour], *, k: int
) -> int:
    """The number of nearest items that were not found; checks the distances of those that were."""
    expected = exact(items, query, k=k)
    if not isinstance(index, SizedIndex):
        np.testing.assert_allclose([n.distance for n in found], [d for _, d in expected], atol=1e-4)
        assert ids(found) == [item_id for item_id, _ in expected]
        return 0
    # It keeps rows in half precision.
    own = dict(exact(items, query, k=len(items)))
    np.testing.assert_allclose([n.distance for n in found], [own[n.item_id] for n in found], atol=5e-4)
    assert [n.distance for n in found] == sorted(n.distance for n in found)
    assert len(set(ids(found))) == len(expected)
    return len({item_id for item_id, _ in expected} - set(ids(found)))


def test_neighbours_and_distances_are_those_of_brute_force(index: KnnIndex) -> None:
    items = {f"item-{seed}": rows(seed % 4 + 1, seed=seed) for seed in range(200)}
    filled(index, items)
    queries = rows(20, seed=999)
    for query, found in zip(queries, index.search(queries, k=7), strict=True):
        assert missed(index, items, query, found, k=7) <= 1


def test_an_item_itself_is_at_distance_0_and_its_opposite_at_2(index: KnnIndex) -> None:
    filled(index, {"a": rows()})
    ((same,), (opposite,)) = index.search(np.concatenate([rows(), -rows()]), k=1)
    assert same.distance == pytest.approx(0, abs=2e-3)
    assert opposite.distance == pytest.approx(2, abs=1e-5)


def test_an_empty_index_finds_nothing_for_each_query(index: KnnIndex) -> None:
    assert (len(index), index.search(rows(3), k=5)) == (0, [[], [], []])


def test_no_query_gives_no_answer(index: KnnIndex) -> None:
    filled(index, {"a": rows()})
    assert index.search(np.empty((0, DIM), np.float32), k=5) == []


def test_with_k_larger_than_the_catalogue_all_items_come_once(index: KnnIndex) -> None:
    filled(index, {f"item-{seed}": rows(4, seed=seed) for seed in range(3)})
    (found,) = index.search(rows(), k=100)
    assert sorted(ids(found)) == ["item-0", "item-1", "item-2"]


def test_several_views_of_an_item_count_once_and_take_no_place_of_others(index: KnnIndex) -> None:
    middle = rows()[0]
    crowd = unit(middle + 0.01 * rows(50, seed=1))
    filled(index, {"crowd": crowd} | {f"item-{seed}": rows(seed=seed) for seed in range(2, 8)})
    (found,) = index.search(middle[None], k=6)
    assert ids(found)[0] == "crowd"
    assert len(set(ids(found))) == 6


def test_replaced_vectors_are_found_and_the_old_ones_are_not(index: KnnIndex) -> None:
    filled(index, {"a": rows(3, seed=1)})
    filled(index, {"b": rows(seed=2)})
    filled(index, {"a": rows(2, seed=3)})
    assert len(index) == 2
    (at_new,) = index.search(rows(2, seed=3)[1:], k=1)
    (at_old,) = index.search(rows(3, seed=1)[:1], k=2)
    assert ids(at_new) == ["a"]
    assert at_new[0].distance == pytest.approx(0, abs=2e-3)
    assert all(neighbour.distance > 0.1 for neighbour in at_old)


def test_a_removed_item_is_gone_and_can_come_back(index: KnnIndex) -> None:
    filled(index, {"a": rows(2, seed=1)})
    filled(index, {"b": rows(seed=2)})
    filled(index, {"a": None})
    filled(index, {"never there": None})
    assert (len(index), ids(index.search(rows(seed=1), k=5)[0])) == (1, ["b"])
    filled(index, {"a": rows(seed=1)})
    assert ids(index.search(rows(seed=1), k=5)[0]) == ["a", "b"]


def test_the_last_item_can_go(index: KnnIndex) -> None:
    filled(index, {"a": rows()})
    filled(index, {"a": None})
    assert (len(index), index.search(rows(), k=1)) == (0, [[]])


@pytest.mark.parametrize("shape", [(DIM,), (1, DIM - 1), (1, 1, DIM)])
def test_vectors_of_another_shape_are_refused_and_nothing_of_their_batch_is_applied(
    index: KnnIndex, shape: tuple[int, ...]
) -> None:
    filled(index, {"a": rows()})
    with pytest.raises(ValueError, match=r"expected \[views, 32\]"):
        filled(index, {"a": None, "b": rows(seed=1), "c": np.ones(shape, np.float32)}, cursor=2)
    assert (ids(index.search(rows(), k=5)[0]), index.cursor) == (["a"], 1)


def test_a_batch_is_applied_with_its_cursor_also_one_without_changes(index: KnnIndex) -> None:
    assert index.cursor == 0
    filled(index, {"a": rows(), "b": rows(seed=1)}, cursor=7)
    assert (index.cursor, len(index)) == (7, 2)
    filled(index, {}, cursor=9)
    assert (index.cursor, len(index)) == (9, 2)


def test_one_batch_adds_replaces_and_deletes(index: KnnIndex) -> None:
    filled(index, {"a": rows(seed=1), "b": rows(seed=2), "c": rows(seed=3)})
    filled(index, {"a": rows(2, seed=4), "b": None, "d": rows(seed=5), "never there": None}, cursor=2)
    assert len(index) == 3
    for seed, item_id in ((4, "a"), (3, "c"), (5, "d")):
        (found,) = index.search(rows(seed=seed), k=5)
        assert (sorted(ids(found)), found[0].item_id) == (["a", "c", "d"], item_id)
        assert found[0].distance == pytest.approx(0, abs=2e-3)
    assert all(n.distance > 0.1 for n in index.search(rows(seed=1), k=5)[0])


def test_of_several_changes_of_an_item_in_one_batch_the_last_holds(index: KnnIndex) -> None:
    changes = [("a", rows(seed=1)), ("b", rows(seed=2)), ("a", None), ("b", None), ("b", rows(seed=3))]
    index.apply([IndexChange(*change) for change in changes], cursor=5)
    assert len(index) == 1
    (found,) = index.search(rows(seed=3), k=5)
    assert ids(found) == ["b"]
    assert found[0].distance == pytest.approx(0, abs=2e-3)


def test_an_item_without_vectors_is_none(index: KnnIndex) -> None:
    filled(index, {"a": rows(), "b": rows(0)})
    filled(index, {"a": rows(0)})
    assert (len(index), index.search(rows(), k=1)) == (0, [[]])


def test_equally_near_items_all_come_in_the_order_in_which_they_were_added(index: KnnIndex) -> None:
    axes = np.eye(DIM, dtype=np.float32)  # exact in any arithmetic
    filled(index, {f"twin-{number:02}": axes[:1] for number in range(40)} | {"far": axes[1:2]})
    filled(index, {"twin-07": axes[:1], "twin-03": None, "twin-99": axes[:1]})
    twins = [f"twin-{number:02}" for number in range(40) if number not in (3, 7)] + ["twin-07", "twin-99"]
    for k in (1, 5, 39, 40, 41, 100):
        found = index.search(axes[:1], k=k)[0]
        assert ids(found) == [*twins, "far"][:k]


def test_a_row_number_is_that_of_the_nearest_vector_and_never_of_another_one(index: KnnIndex) -> None:
    filled(index, {"a": rows(3, seed=1), "b": rows(2, seed=2)})
    queries = np.concatenate([rows(3, seed=1), rows(2, seed=2)])
    assert [found[0].row for found in index.search(queries, k=1)] == [0, 1, 2, 3, 4]
    filled(index, {"a": rows(1, seed=3)})
    again = np.concatenate([rows(1, seed=3), rows(2, seed=2)])
    assert [found[0].row for found in index.search(again, k=1)] == [5, 3, 4]


def test_after_any_changes_the_answers_are_those_of_brute_force(index: KnnIndex) -> None:
    dice, items, lost = np.random.default_rng(7), dict[str, Vectors](), 0
    for turn in range(60):
        batch: dict[str, Vectors | None] = {}
        for number in dice.integers(0, 120, size=25):
            views = rows(int(dice.choice([1, 2, 2, 2, 30])), seed=int(dice.integers(1 << 30)))
            batch[f"item-{number}"] = None if dice.random() < 0.3 else views
        filled(index, batch, cursor=turn)
        for item_id, vectors_ in batch.items():
            items.pop(item_id, None)
            if vectors_ is not None:
                items[item_id] = vectors_
        queries = rows(3, seed=turn)
        for query, found in zip(queries, index.search(queries, k=15), strict=True):
            lost += missed(index, items, query, found, k=15)
    assert len(index) == len(items)
    assert lost <= 0.01 * 60 * 3 * 15


def test_searches_go_on_while_another_thread_writes_and_see_whole_batches(index: KnnIndex) -> None:
    names = [f"item-{number}" for number in range(30)]
    failures, done = list[str](), threading.Event()
    filled(index, {name: rows(2, seed=number) for number, name in enumerate(names)})

    def search() -> None:
        while not done.is_set():
            for neighbours in index.search(rows(4, seed=7), k=40):
                distances = [neighbour.distance for neighbour in neighbours]
                # Each batch replaces some items, and adds as many as it removes.
                if len(set(ids(neighbours))) != len(neighbours) or distances != sorted(distances):
                    failures.append(str(neighbours))
                if len(neighbours) != 30:
                    failures.append(f"{len(neighbours)} items")

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for turn in range(300):
        goes, comes = (f"other-{turn}", f"other-{turn + 1}") if turn else ("item-29", "other-1")
        views = rows(turn % 5 + 1, seed=turn)
        filled(index, {goes: None, comes: views, names[turn % 29]: views}, cursor=turn)
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(index) == 30
