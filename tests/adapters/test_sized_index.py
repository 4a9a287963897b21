"""The index that changes its kind with its size: when, beside what, and what a failure leaves."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from common.wire import Vectors, unit
from services.adapters.faiss_index import FaissFiles, FaissIndex
from services.adapters.mean_index import Base
from services.adapters.sized_index import LargeBase, PlacedBase, SizedFiles, SizedIndex
from services.core.errors import InputError
from services.core.records import Neighbour
from services.core.search.held_rows import HeldRows
from tests.fakes import filled, vectors

DIM = 32
FROM = 300


def some(count: int, *, seed: int = 0) -> dict[str, Vectors]:
    """Items of two rows."""
    own = vectors(count, seed=seed, dim=DIM)
    noise = np.random.default_rng(seed).standard_normal((count, 2, DIM), np.float32)
    return {
        f"item-{seed}-{place:04}": unit(row + 0.1 * turned)
        for place, (row, turned) in enumerate(zip(own, noise, strict=True))
    }


def built(held: HeldRows) -> LargeBase:
    return Base.build(held, dim=DIM, is_timed=False)


class HeldBuilder:
    """Builds bases when it may, and fails when it is told to."""

    def __init__(self) -> None:
        self.is_begun, self.may_go_on = threading.Event(), threading.Event()
        self.fails = False
        self.sizes: list[int] = []

    def __call__(self, held: HeldRows, before: PlacedBase | None) -> LargeBase:
        self.sizes.append(len(held))
        if before is not None:  # what is left of it comes first
            assert held.item_ids[: before.left] == before.base.held(before.gone).item_ids
        self.is_begun.set()
        assert self.may_go_on.wait(60)
        if self.fails:
            raise OSError("the disk is full")
        return built(held)


def sized(build: HeldBuilder) -> SizedIndex:
    return SizedIndex(delta=FaissIndex(dim=DIM), build=build, build_from=FROM, least_delta=100)


def ids(found: list[Neighbour]) -> list[str]:
    return [each.item_id for each in found]


@pytest.fixture
def builder() -> HeldBuilder:
    return HeldBuilder()


@pytest.fixture
def index(builder: HeldBuilder) -> SizedIndex:
    return sized(builder)


def test_it_is_exact_until_it_is_large(index: SizedIndex, builder: HeldBuilder) -> None:
    items = some(FROM)
    filled(index, dict(list(items.items())[:-1]))
    assert (index.state().kind, index.state().recall, builder.sizes) == ("exact", 1.0, [])
    filled(index, dict(list(items.items())[-1:]), cursor=2)
    builder.may_go_on.set()
    assert index.settled(60)
    state = index.state()
    assert (state.kind, state.items, state.vectors, state.base) == ("means", FROM, 2 * FROM, 2 * FROM)
    assert (state.delta, state.tombstones, len(index), index.cursor) == (0, 0, FROM, 2)
    assert state.recall is not None
    assert state.recall >= 0.99
    assert state.mapped == 2 * FROM * DIM * 2


def test_searches_and_writes_go_on_while_a_base_is_built_and_nothing_is_lost(
    index: SizedIndex, builder: HeldBuilder
) -> None:
    items = some(FROM)
    filled(index, items)
    assert builder.is_begun.wait(60)
    names, new = list(items), some(30, seed=7)
    changed = {names[0]: None, names[1]: new["item-7-0001"], **new, "item-7-0005": None}
    filled(index, changed, cursor=2)
    expected = {k: v for k, v in (items | changed).items() if v is not None}
    queries = vectors(20, seed=9, dim=DIM)
    before = [ids(found) for found in index.search(queries, k=10)]
    assert len(index) == len(expected)
    builder.may_go_on.set()
    assert index.settled(60)
    assert index.state().kind == "means"
    assert (len(index), index.state().items, index.cursor) == (len(expected), len(expected), 2)
    found = [ids(own) for own in index.search(queries, k=len(expected) + 5)]
    assert all(set(own) == set(expected) for own in found)
    hits = sum(len(set(one) & set(other[:10])) for one, other in zip(before, found, strict=True))
    assert hits >= 0.98 * 200
    assert index.state().delta == sum(len(rows) for rows in changed.values() if rows is not None)
    assert index.state().tombstones == 4


def test_what_came_since_and_what_is_gone_end_in_another_base(
    index: SizedIndex, builder: HeldBuilder
) -> None:
    builder.may_go_on.set()
    items, later = some(FROM), some(101, seed=3)
    filled(index, items)
    assert index.settled(60)
    filled(index, dict(list(later.items())[:100]), cursor=2)
    assert builder.sizes == [FROM]
    filled(index, dict(list(later.items())[100:]), cursor=3)
    assert index.settled(60)
    assert builder.sizes == [FROM, FROM + 101]
    filled(index, dict.fromkeys(list(items)[:101]), cursor=4)
    assert index.settled(60)
    assert builder.sizes == [FROM, FROM + 101, FROM]
    assert (index.state().tombstones, index.state().delta, len(index)) == (0, 0, FROM)


def test_few_that_came_since_are_enough_beside_a_large_base(builder: HeldBuilder) -> None:
    delta = FaissIndex(dim=DIM)
    index = SizedIndex(delta=delta, build=builder, build_from=FROM, least_delta=5, most_delta=8)
    builder.may_go_on.set()
    filled(index, some(FROM))
    assert index.settled(60)
    filled(index, some(8, seed=3), cursor=2)
    assert builder.sizes == [FROM]
    filled(index, some(9, seed=3), cursor=3)
    assert index.settled(60)
    assert builder.sizes == [FROM, FROM + 9]


def test_after_many_changes_during_a_build_another_one_follows_by_itself(
    index: SizedIndex, builder: HeldBuilder
) -> None:
    filled(index, some(FROM))
    assert builder.is_begun.wait(60)
    filled(index, some(150, seed=3), cursor=2)
    builder.may_go_on.set()
    assert index.settled(60)
    assert (builder.sizes, index.state().delta, len(index)) == ([FROM, FROM + 150], 0, FROM + 150)


def test_numbers_of_rows_stay_and_are_given_once(index: SizedIndex, builder: HeldBuilder) -> None:
    items = some(FROM)
    filled(index, items)
    assert builder.is_begun.wait(60)
    filled(index, {"later": vectors(1, seed=5, dim=DIM)}, cursor=2)
    builder.may_go_on.set()
    assert index.settled(60)
    filled(index, {"last": vectors(1, seed=6, dim=DIM)}, cursor=3)
    rows = [
        index.search(row[np.newaxis], k=1)[0][0].row
        for row in [*items["item-0-0007"], *vectors(1, seed=5, dim=DIM), *vectors(1, seed=6, dim=DIM)]
    ]
    assert rows == [14, 15, 2 * FROM, 2 * FROM + 1]


def test_a_base_that_can_t_be_built_leaves_the_index_exact_and_is_tried_again_later(
    index: SizedIndex, builder: HeldBuilder, caplog: pytest.LogCaptureFixture
) -> None:
    builder.fails = True
    builder.may_go_on.set()
    items = some(FROM)
    filled(index, items)
    assert index.settled(60)
    assert "no base could be built of 300 items" in caplog.text
    assert "the disk is full" in caplog.text
    filled(index, some(20, seed=4), cursor=2)
    assert (index.state().kind, len(index), builder.sizes) == ("exact", FROM + 20, [FROM])
    builder.fails = False
    filled(index, some(FROM + 1, seed=5), cursor=3)
    assert index.settled(60)
    assert (index.state().kind, len(index)) == ("means", 2 * FROM + 21)


def files(builder: HeldBuilder) -> SizedFiles:
    return SizedFiles(
        mapped=frozenset(),
        load_exact=FaissFiles().load,
        load_base=Base.load,
        make=lambda _dim, delta, base: SizedIndex(
            delta=delta, build=builder, base=base, build_from=FROM, least_delta=100
        ),
    )


def test_it_goes_on_from_its_files(index: SizedIndex, builder: HeldBuilder, tmp_path: Path) -> None:
    builder.may_go_on.set()
    items = some(FROM)
    filled(index, items)
    assert index.settled(60)
    filled(index, {**some(20, seed=4), "item-0-0003": None}, cursor=2)
    paused = list[int]()
    index.frozen().save(tmp_path, breathe=lambda: paused.append(1))
    assert paused
    loaded = files(builder).load(tmp_path, dim=DIM, cursor=2)
    states = [replace(each.state(), memory=0, mapped=0) for each in (loaded, index)]
    assert (states[0], loaded.cursor) == (states[1], 2)
    queries = vectors(20, seed=9, dim=DIM)
    before, after = index.search(queries, k=10), loaded.search(queries, k=10)
    assert [[(n.item_id, n.row) for n in own] for own in before] == [
        [(n.item_id, n.row) for n in own] for own in after
    ]
    filled(loaded, {"new": vectors(1, seed=3, dim=DIM)}, cursor=3)
    assert loaded.search(vectors(1, seed=3, dim=DIM), k=1)[0][0].row == 2 * FROM + 40
    filled(loaded, {"item-0-0004": None, "new": None}, cursor=4)
    assert len(loaded) == FROM + 18


def test_numbers_go_on_behind_a_base_that_came_from_files(
    index: SizedIndex, builder: HeldBuilder, tmp_path: Path
) -> None:
    builder.may_go_on.set()
    filled(index, some(FROM))
    assert index.settled(60)
    index.frozen().save(tmp_path, breathe=lambda: None)
    loaded = files(builder).load(tmp_path, dim=DIM, cursor=1)
    filled(loaded, {"new": vectors(1, seed=3, dim=DIM)}, cursor=2)
    assert loaded.search(vectors(1, seed=3, dim=DIM), k=1)[0][0].row == 2 * FROM


@pytest.mark.parametrize("name", ["gone.npy", "base.json", "rows.f16", "ids.json"])
def test_torn_files_and_those_of_another_dimension_are_refused(
    index: SizedIndex, builder: HeldBuilder, tmp_path: Path, name: str
) -> None:
    builder.may_go_on.set()
    filled(index, some(FROM))
    assert index.settled(60)
    index.frozen().save(tmp_path, breathe=lambda: None)
    with pytest.raises(InputError, match=str(DIM)):
        files(builder).load(tmp_path, dim=DIM + 2, cursor=1)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"."):
        files(builder).load(tmp_path, dim=DIM, cursor=1)


def test_all_items_can_go(index: SizedIndex, builder: HeldBuilder) -> None:
    builder.may_go_on.set()
    items = some(FROM)
    filled(index, items)
    assert index.settled(60)
    filled(index, dict.fromkeys(items), cursor=2)
    assert (len(index), index.search(vectors(1, seed=1, dim=DIM), k=3)) == (0, [[]])
    assert index.settled(60)
    assert (index.state().kind, len(index)) == ("exact", 0)
    filled(index, {"one": vectors(1, seed=1, dim=DIM)}, cursor=3)
    assert ids(index.search(vectors(1, seed=1, dim=DIM), k=3)[0]) == ["one"]
