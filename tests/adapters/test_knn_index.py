"""The contract of a k-NN index, on the fake and on FAISS."""

import threading

import faiss
import numpy as np
import pytest

from common.wire import Vectors, unit
from services.adapters.faiss_index import FaissIndex
from services.core.domain import Neighbour
from services.core.ports import KnnIndex
from tests.fakes import FakeIndex, vectors

DIM = 32


@pytest.fixture(params=["fake", "faiss"])
def index(request: pytest.FixtureRequest) -> KnnIndex:
    """An empty index."""
    return FakeIndex(dim=DIM) if request.param == "fake" else FaissIndex(dim=DIM)


def rows(count: int = 1, *, seed: int = 0) -> Vectors:
    return vectors(count, seed=seed, dim=DIM)


def ids(neighbours: list[Neighbour]) -> list[str]:
    return [neighbour.item_id for neighbour in neighbours]


def exact(items: dict[str, Vectors], query: Vectors, *, k: int) -> list[tuple[str, float]]:
    """The k nearest items by definition: each by the nearest of its views."""
    nearest = [
        (item_id, min(np.linalg.norm(view - query) for view in views)) for item_id, views in items.items()
    ]
    return sorted(((item_id, float(distance)) for item_id, distance in nearest), key=lambda pair: pair[1])[:k]


def test_neighbours_and_distances_are_those_of_brute_force(index: KnnIndex) -> None:
    items = {f"item-{seed}": rows(seed % 4 + 1, seed=seed) for seed in range(200)}
    for item_id, views in items.items():
        index.replace(item_id, views)
    queries = rows(20, seed=999)
    for query, found in zip(queries, index.search(queries, k=7), strict=True):
        expected = exact(items, query, k=7)
        assert ids(found) == [item_id for item_id, _ in expected]
        np.testing.assert_allclose([n.distance for n in found], [d for _, d in expected], atol=1e-4)


def test_an_item_itself_is_at_distance_0_and_its_opposite_at_2(index: KnnIndex) -> None:
    index.replace("a", rows())
    ((same,), (opposite,)) = index.search(np.concatenate([rows(), -rows()]), k=1)
    assert same.distance == pytest.approx(0, abs=2e-3)
    assert opposite.distance == pytest.approx(2, abs=1e-5)


def test_an_empty_index_finds_nothing_for_each_query(index: KnnIndex) -> None:
    assert (len(index), index.search(rows(3), k=5)) == (0, [[], [], []])


def test_no_query_gives_no_answer(index: KnnIndex) -> None:
    index.replace("a", rows())
    assert index.search(np.empty((0, DIM), np.float32), k=5) == []


def test_with_k_larger_than_the_catalogue_all_items_come_once(index: KnnIndex) -> None:
    for seed in range(3):
        index.replace(f"item-{seed}", rows(4, seed=seed))
    (found,) = index.search(rows(), k=100)
    assert sorted(ids(found)) == ["item-0", "item-1", "item-2"]


def test_several_views_of_an_item_count_once_and_take_no_place_of_others(index: KnnIndex) -> None:
    middle = rows()[0]
    crowd = unit(middle + 0.01 * rows(50, seed=1))
    index.replace("crowd", crowd)
    for seed in range(2, 8):
        index.replace(f"item-{seed}", rows(seed=seed))
    (found,) = index.search(middle[None], k=6)
    assert ids(found)[0] == "crowd"
    assert len(set(ids(found))) == 6


def test_replaced_vectors_are_found_and_the_old_ones_are_not(index: KnnIndex) -> None:
    index.replace("a", rows(3, seed=1))
    index.replace("b", rows(seed=2))
    index.replace("a", rows(2, seed=3))
    assert len(index) == 2
    (at_new,) = index.search(rows(2, seed=3)[1:], k=1)
    (at_old,) = index.search(rows(3, seed=1)[:1], k=2)
    assert ids(at_new) == ["a"]
    assert at_new[0].distance == pytest.approx(0, abs=2e-3)
    assert all(neighbour.distance > 0.1 for neighbour in at_old)


def test_a_removed_item_is_gone_and_can_come_back(index: KnnIndex) -> None:
    index.replace("a", rows(2, seed=1))
    index.replace("b", rows(seed=2))
    index.replace("a", None)
    index.replace("never there", None)
    assert (len(index), ids(index.search(rows(seed=1), k=5)[0])) == (1, ["b"])
    index.replace("a", rows(seed=1))
    assert ids(index.search(rows(seed=1), k=5)[0]) == ["a", "b"]


def test_the_last_item_can_go(index: KnnIndex) -> None:
    index.replace("a", rows())
    index.replace("a", None)
    assert (len(index), index.search(rows(), k=1)) == (0, [[]])


@pytest.mark.parametrize("shape", [(DIM,), (1, DIM - 1), (1, 1, DIM)])
def test_vectors_of_another_shape_are_refused_and_the_old_ones_stay(
    index: KnnIndex, shape: tuple[int, ...]
) -> None:
    index.replace("a", rows())
    with pytest.raises(ValueError, match=r"expected \[views, 32\]"):
        index.replace("a", np.ones(shape, np.float32))
    assert ids(index.search(rows(), k=1)[0]) == ["a"]


def test_searches_go_on_while_another_thread_replaces(index: KnnIndex) -> None:
    for seed in range(30):
        index.replace(f"item-{seed}", rows(2, seed=seed))
    failures, done = list[str](), threading.Event()

    def search() -> None:
        while not done.is_set():
            for neighbours in index.search(rows(4, seed=7), k=30):
                distances = [neighbour.distance for neighbour in neighbours]
                if len(set(ids(neighbours))) != len(neighbours) or distances != sorted(distances):
                    failures.append(str(neighbours))

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for turn in range(300):
        index.replace(f"item-{turn % 30}", None if turn % 3 == 0 else rows(turn % 5 + 1, seed=turn))
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(index) == 20


def test_faiss_takes_its_share_of_cores_in_whichever_thread_it_searches() -> None:
    made, used = list[FaissIndex](), list[int]()

    def make() -> None:
        made.append(FaissIndex(dim=DIM, threads=1))
        made[0].replace("a", rows())

    def search() -> None:
        made[0].search(rows(), k=1)
        used.append(faiss.omp_get_max_threads())

    for work in (make, search):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert used == [1]
