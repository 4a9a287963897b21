"""A publication: the catalogue's rows go to another server, are measured, and searches go over to them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from common.wire import Vectors, unit
from services.adapters.faiss_index import FaissIndex
from services.core.errors import InputError, UnavailableError
from services.core.index_state import IndexKind
from services.core.records import Neighbour
from services.core.search.fixed_base import FixedBase, FixedBaseIndex
from services.core.search.follow import Follower
from services.core.search.probes import Sample, exact_items, measured
from services.core.search.publication import Publication
from services.core.search.trained import TrainedIndex
from services.core.search.trained_follower import TrainedFollower
from tests.core.search.test_trained_follower import FakeTrainings
from tests.fakes import DIM, FakeClock, FakeItems, make_item, vectors


class FakeRows:
    """A RowServer in memory, whose searches miss the nearest item below a breadth of 20."""

    breadths: Sequence[int] = (10, 20, 30)

    def __init__(self) -> None:
        self.items: dict[str, list[Vectors]] = {}
        self.finished: list[str] = []
        self.fails = False

    def begin(self, training: str, dim: int) -> None:
        assert dim == DIM
        self.items[training] = []

    def add(self, training: str, rows_of_items: Sequence[Vectors]) -> None:
        if self.fails:
            raise UnavailableError("Milvus at shop: it does not answer within 2 s")
        self.items[training] += rows_of_items

    def finish(self, training: str) -> None:
        self.finished.append(training)

    def base(self, trained: TrainedIndex) -> FixedBase:
        return FakeBase(trained, self.items[trained.training])

    def clean(self, keep: Sequence[str]) -> list[str]:
        gone = [each for each in self.items if each not in keep]
        for training in gone:
            del self.items[training]
        return gone


class FakeBase:
    """A FixedBase by brute force."""

    kind: IndexKind = "milvus"

    def __init__(self, trained: TrainedIndex, items: list[Vectors]) -> None:
        self._trained, self._items = trained, items

    def trouble(self, why: str) -> UnavailableError:
        return UnavailableError(why)

    def nearest(self, queries: Vectors, *, gone: frozenset[str], k: int) -> list[list[Neighbour]]:
        found = []
        for query in queries:
            near = [float(np.linalg.norm(rows - query, axis=1).min()) for rows in self._items]
            order = [int(each) for each in np.argsort(near)]
            if self._trained.breadth < 20:
                order = order[1:]
            ids = [(self._trained.facts[number].id, near[number]) for number in order]
            found.append([Neighbour(name, far, 0) for name, far in ids if name not in gone][:k])
        return found


def publication(store: FakeItems, rows: FakeRows, trainings: FakeTrainings) -> Publication:
    return Publication(store, trainings, rows, lambda _model: None)


def test_a_publication_keeps_the_smallest_breadth_that_reaches_the_recall() -> None:
    store = FakeItems(make_item(f"item-{number:03}") for number in range(40))
    rows, trainings = FakeRows(), FakeTrainings()
    trained = publication(store, rows, trainings).run()
    assert (trained.breadth, trained.recall) == (20, 1.0)
    assert trained.rate is not None
    assert trained.rate > 0
    assert rows.finished == [trained.training] == [trainings.newest()]
    assert sum(map(len, rows.items[trained.training])) == trained.rows
    index = FixedBaseIndex(rows.base(trained), trained, FaissIndex(dim=DIM))
    state = index.state()
    assert (state.kind, state.items, state.recall, state.base) == ("milvus", 40, 1.0, trained.rows)


def test_the_publication_before_stays_and_older_ones_go() -> None:
    store, rows, trainings = FakeItems([make_item("a"), make_item("b")]), FakeRows(), FakeTrainings()
    names = [publication(store, rows, trainings).run().training for _ in range(3)]
    assert sorted(rows.items) == sorted(trainings.kept) == sorted(names[1:])


def test_a_publication_that_fails_leaves_what_was_published() -> None:
    store, rows, trainings = FakeItems([make_item("a")]), FakeRows(), FakeTrainings()
    first = publication(store, rows, trainings).run()
    rows.fails = True
    with pytest.raises(UnavailableError, match="does not answer"):
        publication(store, rows, trainings).run()
    assert trainings.newest() == first.training
    rows.fails = False
    last = publication(store, rows, trainings).run()
    assert sorted(rows.items) == sorted([first.training, last.training])


def test_an_empty_catalogue_is_not_published() -> None:
    with pytest.raises(InputError, match="no items"):
        publication(FakeItems(), FakeRows(), FakeTrainings()).run()


def test_a_search_compares_all_itself_until_something_is_published_and_goes_over() -> None:
    store, rows, trainings = FakeItems([make_item("a"), make_item("b")]), FakeRows(), FakeTrainings()
    clock = FakeClock()

    def make() -> Follower:
        return Follower(
            store,
            make_index=lambda _model, dim: FaissIndex(dim=dim),
            open_trained=lambda found: FixedBaseIndex(rows.base(found), found, FaissIndex(dim=DIM)),
        )

    following = TrainedFollower(trainings, make, clock=clock, needs_training=False)
    following.follow()
    assert following.knn is not None
    assert (following.items, following.knn.kind) == (2, "exact")
    publication(store, rows, trainings).run()
    store.put(make_item("later"))
    for _ in range(3):
        clock.now_s += 40
        following.follow()
    assert following.knn.kind == "milvus"
    assert following.items == 3
    view = following.live()
    assert view is not None
    for name in ("a", "later"):
        assert view.index.search(make_item(name).vectors[:1], k=1)[0][0].item_id == name


def test_the_exact_items_are_those_of_all_pages() -> None:
    queries = vectors(5, seed=1)
    items = {number: vectors(1 + number % 3, seed=100 + number) for number in range(30)}
    pages = [dict(list(items.items())[start : start + 7]) for start in range(0, 30, 7)]
    near = np.array([[(queries @ rows.T).max(axis=1)] for rows in items.values()])[:, 0].T
    wanted = [set(row) for row in np.argsort(-near, axis=1)[:, :10].tolist()]
    assert exact_items(queries, pages, k=10) == wanted


def test_samples_are_of_all_items_and_their_queries_lie_near_them() -> None:
    sample = Sample(size=50)
    rows = unit(np.random.default_rng(3).standard_normal((1000, 64)).astype(np.float32))
    for start in range(0, 1000, 100):
        sample.take([row[np.newaxis] for row in rows[start : start + 100]])
    queries = sample.queries()
    near = queries @ rows.T
    found = near.argmax(axis=1)
    assert (near.max(axis=1) > 0.4).all()
    assert found.min() < 300
    assert found.max() > 700


def test_of_breadths_none_of_which_reaches_the_recall_the_last_is_taken() -> None:
    best = measured(lambda some, _: [[1]] * len(some), vectors(4), [{0, 1}] * 4, breadths=(1, 2), target=0.9)
    assert (best.breadth, best.recall) == (2, 0.5)
