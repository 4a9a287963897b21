"""The base of the approximate index: what it finds, what it keeps in files, and what it refuses."""

from dataclasses import replace
from pathlib import Path

import faiss
import numpy as np
import pytest

from common.wire import Vectors, unit
from services.adapters.mean_index import Base, Tuned
from services.adapters.mean_index.codes import short_codes
from services.adapters.mean_index.entries import entries_of
from services.core.records import Neighbour
from services.core.search.held_rows import HeldRows, together
from tests.fakes import vectors

DIM, ITEMS = 32, 900


def held_rows(items: dict[str, Vectors]) -> HeldRows:
    counts = np.array([len(rows) for rows in items.values()])
    return HeldRows(list(items), counts, 100 + np.cumsum(counts) - counts, lambda: iter(items.values()))


def some_items() -> dict[str, Vectors]:
    """Items of one to three rows that differ, one of 60 rows all over, one of 40 close together."""
    dice = np.random.default_rng(5)
    things = vectors(ITEMS, seed=1, dim=DIM)
    items = {
        f"item-{place:04}": unit(thing + 0.1 * dice.standard_normal((place % 3 + 1, DIM), np.float32))
        for place, thing in enumerate(things)
    }
    close = unit(things[7] + 0.05 * dice.standard_normal((40, DIM), np.float32))
    return {"everywhere": vectors(60, seed=2, dim=DIM), **items, "close": close}


@pytest.fixture(scope="module")
def items() -> dict[str, Vectors]:
    return some_items()


@pytest.fixture(scope="module")
def base(items: dict[str, Vectors]) -> Base:
    return Base.build(held_rows(items), dim=DIM)


def queries(count: int = 40) -> Vectors:
    """Rows of items with noise."""
    own = np.concatenate(list(some_items().values()))
    dice = np.random.default_rng(8)
    chosen = own[dice.integers(len(own), size=count)]
    return unit(chosen + 0.1 * dice.standard_normal((count, DIM), np.float32))


def exact(items: dict[str, Vectors], query: Vectors, *, k: int) -> list[str]:
    return sorted(items, key=lambda item_id: -float((items[item_id] @ query).max()))[:k]


def ids(found: list[Neighbour]) -> list[str]:
    return [each.item_id for each in found]


def recall(base: Base, items: dict[str, Vectors], gone: "np.typing.NDArray[np.bool_] | None" = None) -> float:
    found = base.search(queries(), k=10, gone=gone)
    hits = [
        len(set(ids(own)) & set(exact(items, query, k=10)))
        for own, query in zip(found, queries(), strict=True)
    ]
    return sum(hits) / 400


def test_nearly_all_of_the_exact_answer_is_found_with_its_distances(
    base: Base, items: dict[str, Vectors]
) -> None:
    assert base.tuned.compared < ITEMS / 2  # else everything is compared
    assert recall(base, items) >= 0.98
    for own, query in zip(base.search(queries(), k=10), queries(), strict=True):
        distances = [each.distance for each in own]
        assert distances == sorted(distances)
        for each in own:
            nearest = np.linalg.norm(items[each.item_id] - query, axis=1)
            assert each.distance == pytest.approx(nearest.min(), abs=1e-3)
            assert each.vector == pytest.approx(items[each.item_id][nearest.argmin()], abs=1e-3)


def test_what_was_measured_at_the_building_is_told(base: Base) -> None:
    assert base.tuned.target == 0.99
    assert 0.99 <= base.tuned.recall <= 1
    assert (base.tuned.rate > 0, base.tuned.probes) == (True, 400)
    assert Tuned.decoded(base.tuned.encoded()) == base.tuned


def test_each_row_of_an_item_whose_rows_differ_finds_it(base: Base, items: dict[str, Vectors]) -> None:
    found = base.search(items["everywhere"], k=1)
    assert sum(ids(own) == ["everywhere"] for own in found) >= 57


def test_an_item_of_many_rows_takes_no_place_of_others(base: Base, items: dict[str, Vectors]) -> None:
    (found,) = base.search(items["close"][:1], k=10)
    assert (len(set(ids(found))), found[0].item_id) == (10, "close")


def test_a_row_has_the_number_that_it_had(base: Base, items: dict[str, Vectors]) -> None:
    numbers = [base.search(row[np.newaxis], k=1)[0][0].row for row in items["close"]]
    assert numbers == list(range(base.numbers[-1], base.numbers[-1] + 40))


@pytest.mark.parametrize("k", [50, 200, ITEMS + 2, 5000])
def test_as_many_items_as_are_asked_for_are_found(base: Base, k: int) -> None:
    for found in base.search(queries(3), k=k):
        assert len(set(ids(found))) == len(found) == min(k, len(base))


@pytest.mark.parametrize("share", [0.1, 0.99, 1.0])
def test_gone_items_are_not_found_and_the_nearest_others_are(
    base: Base, items: dict[str, Vectors], share: float
) -> None:
    gone = np.random.default_rng(3).random(len(base)) < share
    left = {
        item_id: rows for (item_id, rows), is_gone in zip(items.items(), gone, strict=True) if not is_gone
    }
    found = base.search(queries(), k=10, gone=gone)
    assert all(set(ids(own)) <= set(left) and len(own) == min(10, len(left)) for own in found)
    if share < 1:
        assert recall(base, left, gone) >= 0.97 * min(10, len(left)) / 10


def test_all_items_near_a_query_can_be_gone(base: Base, items: dict[str, Vectors]) -> None:
    query = items["item-0007"][:1]
    gone = np.isin(np.array(base.item_ids), exact(items, query[0], k=600))
    (found,) = base.search(query, k=5, gone=gone)
    assert len(set(ids(found))) == 5


@pytest.mark.parametrize("mapped", [True, False])
def test_a_loaded_base_answers_as_the_saved_one(base: Base, tmp_path: Path, mapped: bool) -> None:
    base.save(tmp_path)
    loaded = Base.load(tmp_path, mapped=mapped)
    assert (loaded.tuned, list(loaded.item_ids)) == (base.tuned, list(base.item_ids))
    for file in tmp_path.iterdir():
        file.unlink()
    for one, other in zip(base.search(queries(), k=10), loaded.search(queries(), k=10), strict=True):
        assert [(each.item_id, each.distance, each.row) for each in one] == [
            (each.item_id, each.distance, each.row) for each in other
        ]


def test_a_base_is_built_of_another_without_the_gone_items(base: Base, items: dict[str, Vectors]) -> None:
    gone = np.arange(len(base)) % 2 == 1
    rebuilt = Base.build(base.held(gone), dim=DIM, is_timed=False)
    left = dict(list(items.items())[::2])
    assert list(rebuilt.item_ids) == list(left)
    assert rebuilt.numbers.tolist() == base.numbers[::2].tolist()
    assert recall(rebuilt, left) >= 0.98


@pytest.mark.parametrize("name", ["base.json", "items.json", "numbers.npz", "rows.f16", "means.faiss"])
def test_a_missing_or_torn_file_is_refused(base: Base, tmp_path: Path, name: str) -> None:
    base.save(tmp_path)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"."):
        Base.load(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises((ValueError, OSError)):
        Base.load(tmp_path)


def test_items_of_many_entries_are_found_where_these_are_more_than_all_items() -> None:
    items = {f"item-{seed}": vectors(60, seed=seed, dim=DIM) for seed in range(1, 80)}
    base = Base.build(held_rows(items), dim=DIM, is_timed=False)
    assert len(base.means) > 4 * len(base)
    base.tuned = replace(base.tuned, candidates=150, compared=90)
    for found, query in zip(base.search(queries(5), k=20), queries(5), strict=True):
        assert ids(found) == exact(items, query, k=20)


def test_one_item_is_a_base(tmp_path: Path) -> None:
    base = Base.build(held_rows({"a": vectors(2, seed=1, dim=DIM)}), dim=DIM)
    base.save(tmp_path)
    assert ids(Base.load(tmp_path).search(vectors(1, seed=9, dim=DIM), k=3)[0]) == ["a"]


def test_codes_of_what_stays_are_taken_over_and_more_is_found(base: Base, items: dict[str, Vectors]) -> None:
    gone = np.arange(len(base)) % 7 == 3
    left = {item_id: rows for place, (item_id, rows) in enumerate(items.items()) if place % 7 != 3}
    more = {f"new-{n}": unit(rows[np.newaxis]) for n, rows in enumerate(vectors(100, seed=9, dim=DIM))}
    more["new-wide"] = vectors(30, seed=11, dim=DIM)
    both = together([base.held(gone), held_rows(more)])
    made = Base.build(both, dim=DIM, earlier=(base, gone))
    assert list(made.item_ids) == [*left, *more]
    assert made.tuned.rate == base.tuned.rate  # it is not measured again
    assert recall(made, left | more) >= 0.98
    found = made.search(np.concatenate([rows[:1] for rows in more.values()]), k=1)
    assert [own[0].item_id for own in found] == list(more)


def test_a_base_of_another_size_is_learned_and_tuned_again(base: Base) -> None:
    gone = np.arange(len(base)) % 2 == 1
    made = Base.build(base.held(gone), dim=DIM, earlier=(base, gone), is_timed=False)
    assert (made.tuned.items, made.tuned.rate) == (len(made), 0)


def test_short_codes_are_those_that_faiss_makes() -> None:
    some = vectors(1000, seed=4, dim=DIM)
    short = faiss.IndexPQFastScan(DIM, DIM // 2, 4, faiss.METRIC_INNER_PRODUCT)
    short.train(some)
    short.add(some)
    assert np.array_equal(short_codes(short), short.pq.compute_codes(some))


def test_an_item_whose_rows_hardly_agree_has_several_entries() -> None:
    one, *others = np.eye(DIM, dtype=np.float32)[:4]
    differing = unit(np.stack([0.5 * one + 0.87 * other for other in others]))  # cosines of .25
    agreeing = unit(np.stack([0.9 * one + 0.44 * other for other in others]))
    entries = entries_of([np.concatenate([differing, agreeing])], np.array([0, 3, 6]), dim=DIM)
    assert entries.items.tolist() in ([0, 0, 1], [0, 0, 0, 1])
