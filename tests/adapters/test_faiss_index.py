"""The FAISS index's promises beyond the ports: searches never wait, memory is freed, few rows are fetched."""

import gc
import threading
import tracemalloc
from typing import Any

import faiss
import numpy as np
import pytest

from common.wire import Vectors
from services.adapters.faiss_index import FaissIndex
from services.core.records import Neighbour
from tests.fakes import filled, vectors

DIM = 32
# More rows than the delta beside the base ever holds.
MANY = 3000


def rows(count: int = 1, *, seed: int = 0) -> Vectors:
    return vectors(count, seed=seed, dim=DIM)


def many(count: int = MANY, *, seed: int = 0) -> dict[str, Vectors]:
    """Items with one vector each."""
    return {f"item-{number:05}": row[None] for number, row in enumerate(rows(count, seed=seed))}


class HeldSearch:
    """A gate that holds the first thread to arrive while it is shut."""

    def __init__(self) -> None:
        self.is_shut, self.is_reached, self._may_pass = False, threading.Event(), threading.Event()

    def shut(self) -> None:
        self.is_shut = True

    def open(self) -> None:
        self._may_pass.set()

    def pass_by(self) -> None:
        if self.is_shut:
            self.is_shut = False
            self.is_reached.set()
            assert self._may_pass.wait(60)


class GatedId(str):
    """An item id that can't enter a table while its gate is shut."""

    __slots__ = ("gate",)
    gate: HeldSearch

    def __hash__(self) -> int:
        self.gate.pass_by()
        return super().__hash__()

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other)


@pytest.mark.parametrize("step", ["apply", "fold"])
def test_a_search_goes_on_while_a_write_is_under_way(step: str) -> None:
    index, gate = FaissIndex(dim=DIM), HeldSearch()
    held = GatedId("held")
    held.gate = gate
    filled(index, {held: rows(seed=1)} if step == "fold" else {"other": rows(seed=1)})
    # A fold changes the places of all items, a step only those of its own.
    batch = many() if step == "fold" else {"one": rows(), held: rows()}
    gate.shut()
    writer = threading.Thread(target=filled, args=(index, batch), kwargs={"cursor": 2})
    writer.start()
    try:
        assert gate.is_reached.wait(60)
        found: list[list[Neighbour]] = []
        searcher = threading.Thread(target=lambda: found.extend(index.search(rows(seed=1), k=5)))
        searcher.start()
        searcher.join(60)
        assert not searcher.is_alive()
        assert writer.is_alive()
    finally:
        gate.open()
        writer.join()
    assert len(found[0]) == (5 if step == "fold" else 1)
    assert len(index) == len(batch) + 1


def test_a_write_and_its_fold_and_other_searches_go_on_while_a_search_is_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    index, gate = FaissIndex(dim=DIM, few_cosines=0), HeldSearch()
    filled(index, {"old": rows(seed=1)})
    compare = faiss.knn

    def gated(*arguments: Any, **options: Any) -> Any:
        gate.pass_by()
        return compare(*arguments, **options)

    monkeypatch.setattr(faiss, "knn", gated)
    gate.shut()
    found: list[list[Neighbour]] = []
    searcher = threading.Thread(target=lambda: found.extend(index.search(rows(seed=1), k=5)))
    searcher.start()
    try:
        assert gate.is_reached.wait(60)
        filled(index, many() | {"old": None}, cursor=2)
        filled(index, dict.fromkeys(many(MANY - 10)), cursor=3)
        assert len(index.search(rows(), k=20)[0]) == 10
    finally:
        gate.open()
        searcher.join()
    # The search goes on over the state in which it began.
    assert [neighbour.item_id for neighbour in found[0]] == ["old"]


def held_bytes(index: FaissIndex) -> int:
    """Bytes of numpy's memory taken since tracing began and still held."""
    gc.collect()
    assert len(index) >= 0
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.parametrize("way", ["deleted", "replaced"])
def test_the_memory_of_rows_that_have_left_is_given_back(way: str) -> None:
    index, items = FaissIndex(dim=DIM), many(4 * MANY)
    tracemalloc.start()
    try:
        filled(index, items)
        full = held_bytes(index)
        assert full > 4 * MANY * DIM * 4
        if way == "deleted":
            filled(index, dict.fromkeys(list(items)[MANY:]), cursor=2)
            assert held_bytes(index) < full / 2
        else:
            for turn in range(5):
                filled(index, items, cursor=turn)
            assert held_bytes(index) < 1.5 * full
    finally:
        tracemalloc.stop()
    assert len(index) == (MANY if way == "deleted" else 4 * MANY)


class Counted:
    """Counts FAISS' calls, and the rows that they return for a query."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[tuple[int, int]] = []
        compare = faiss.knn

        def counted(queries: Vectors, base: Vectors, k: int, **options: Any) -> Any:
            self.calls.append((len(queries), k))
            return compare(queries, base, k, **options)

        monkeypatch.setattr(faiss, "knn", counted)

    def of(self, index: FaissIndex, queries: Vectors) -> list[tuple[int, int]]:
        self.calls.clear()
        index.search(queries, k=10)
        return self.calls.copy()


def test_an_item_of_80_views_changes_nothing_for_queries_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    counted, index = Counted(monkeypatch), FaissIndex(dim=DIM, few_cosines=0)
    filled(index, {f"item-{number}": rows(2, seed=number) for number in range(1, 200)})
    queries = rows(30, seed=999)
    before = counted.of(index, queries)
    assert before == [(30, 21)]
    middle = -queries.mean(axis=0) / np.linalg.norm(queries.mean(axis=0))
    crowd = middle + 0.01 * rows(80, seed=5)
    crowd /= np.linalg.norm(crowd, axis=1, keepdims=True)
    filled(index, {"crowd": crowd}, cursor=2)
    assert counted.of(index, queries) == before
    # A query near the large item still gets k items: it alone asks for more rows.
    together = np.concatenate([queries, middle[None]])
    assert counted.of(index, together) == [(31, 21), (1, 42), (1, 84), (1, 168)]
    assert len(index.search(middle[None], k=10)[0]) == 10


def test_faiss_takes_its_share_of_cores_in_whichever_thread_it_searches() -> None:
    made, used = list[FaissIndex](), list[int]()

    def make() -> None:
        made.append(FaissIndex(dim=DIM, threads=1, few_cosines=0))
        filled(made[0], {"a": rows()})

    def search() -> None:
        made[0].search(rows(), k=1)
        used.append(faiss.omp_get_max_threads())

    for work in (make, search):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert used == [1]
