"""The sample of items whose probes the calibration is fitted to."""

import hashlib
import weakref
from collections.abc import Sequence

import numpy as np
import pytest

from common.wire import Vectors
from services.core.search.sample import ProbeSample
from tests.fakes import vectors

SIZE, RESERVE = 8, 4


class SampledItems:
    """A catalogue with its sample, which reads the catalogue only where it has to."""

    def __init__(self) -> None:
        self.probes: dict[str, Vectors] = {}
        self.sample = ProbeSample(size=SIZE, reserve=RESERVE)
        self.read: list[str] = []

    def put(self, item_id: str, count: int = 2, *, seed: int = 0) -> None:
        self.probes[item_id] = vectors(count, seed=seed)
        self.sample.put(item_id, self.probes[item_id])

    def remove(self, item_id: str) -> None:
        del self.probes[item_id]
        self.sample.remove(item_id)

    def refill(self) -> None:
        self.sample.refill(self.probes, self._read)

    def _read(self, ids: Sequence[str]) -> list[Vectors]:
        self.read += ids
        return [self.probes[item_id] for item_id in ids]

    @property
    def by_hash(self) -> list[str]:
        """Ids of items with probes, the smallest hashes first."""
        with_some = (item_id for item_id, rows in self.probes.items() if len(rows))
        return sorted(with_some, key=lambda each: hashlib.blake2b(each.encode(), digest_size=8).digest())

    def check(self) -> None:
        """Check the sample against its definition."""
        chosen = self.sample.chosen()
        assert list(chosen) == sorted(self.by_hash[:SIZE])
        assert all(chosen[item_id] is self.probes[item_id] for item_id in chosen)


def filled(count: int) -> SampledItems:
    items = SampledItems()
    for number in range(count):
        items.put(f"item-{number:03}")
    return items


@pytest.mark.parametrize("count", [0, 1, SIZE, SIZE + RESERVE, 100])
def test_it_is_the_smallest_hashes_in_the_order_of_the_ids(count: int) -> None:
    items = filled(count)
    items.check()
    assert len(items.sample.chosen()) == min(count, SIZE)


def test_it_is_not_the_alphabets_first() -> None:
    assert list(filled(100).sample.chosen()) != [f"item-{number:03}" for number in range(SIZE)]


def test_the_order_in_which_items_come_makes_no_difference() -> None:
    items, backwards = filled(100), SampledItems()
    for item_id in reversed(items.probes):
        backwards.put(item_id)
    assert list(backwards.sample.chosen()) == list(items.sample.chosen())


def test_items_without_probes_take_no_place() -> None:
    items = filled(30)
    for item_id in items.by_hash[:5]:
        items.put(item_id, 0)
    items.refill()
    items.check()
    for item_id, rows in list(items.probes.items()):
        if not len(rows):
            items.put(item_id, 3, seed=1)
    items.check()


def test_a_sampled_item_that_goes_is_followed_by_the_next_without_a_read() -> None:
    items = filled(100)
    for _ in range(RESERVE):
        items.remove(items.by_hash[2])
        assert not items.sample.is_dry
        items.refill()
        items.check()
    assert items.read == []


def test_when_the_reserve_is_used_up_the_next_ones_are_read_and_no_more() -> None:
    items = filled(100)
    for _ in range(RESERVE + 1):
        items.remove(items.by_hash[0])
    assert items.sample.is_dry
    expected = items.by_hash[: SIZE + RESERVE]
    items.refill()
    items.check()
    assert items.read == expected[SIZE - 1 :]


def test_a_read_that_fails_is_made_up_for() -> None:
    items = filled(100)
    for _ in range(RESERVE + 3):
        items.remove(items.by_hash[0])

    def fail(_ids: Sequence[str]) -> list[Vectors]:
        raise OSError("no store")

    with pytest.raises(OSError, match="no store"):
        items.sample.refill(items.probes, fail)
    assert items.sample.is_dry
    items.refill()
    items.check()


def test_where_all_others_have_no_probes_it_stays_small_and_is_not_read_for_again() -> None:
    items = filled(SIZE + RESERVE + 1)
    first, last = items.by_hash[:RESERVE], items.by_hash[-2:]
    for item_id in last:
        items.put(item_id, 0)
    for item_id in first:
        items.remove(item_id)
    assert items.sample.is_dry
    items.refill()
    items.check()
    assert (len(items.sample.chosen()), items.read) == (SIZE - 1, last[1:])
    assert not items.sample.is_dry


def test_it_is_right_after_any_changes() -> None:
    items, dice = SampledItems(), np.random.default_rng(3)
    for turn in range(3000):
        item_id = f"item-{dice.integers(60):03}"
        if item_id in items.probes and dice.random() < 0.55:
            items.remove(item_id)
        else:
            items.put(item_id, int(dice.integers(3)), seed=turn)
        if dice.random() < 0.3:
            items.refill()
        if not items.sample.is_dry:
            items.check()
    assert items.read


def test_of_many_items_few_probes_are_in_memory() -> None:
    sample, given = ProbeSample(size=SIZE, reserve=RESERVE), list[weakref.ref[Vectors]]()
    for number in range(500):
        probes = vectors(seed=number)
        given.append(weakref.ref(probes))
        sample.put(f"item-{number}", probes)
    del probes
    assert sum(each() is not None for each in given) == SIZE + RESERVE
