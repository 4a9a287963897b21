"""The calibration follows the items, their probes and their feedback."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from common.wire import Vectors, unit
from services.core.domain import Item
from services.core.ports import KnnIndex
from services.core.records import Neighbour
from services.core.search.follow import Follower
from services.core.search.sample import SAMPLE
from services.core.search.verdict import Calibration, leaning
from tests.fakes import OTHER_MODEL, FakeIndex, FakeItems, make_item, vectors


def followed(store: FakeItems) -> Follower:
    following = Follower(store, make_index=lambda _model, dim: FakeIndex(dim=dim))
    following.follow()
    return following


def follow(following: Follower) -> bool:
    """Read the changes; returns whether the calibration was fitted again."""
    following.follow()
    return following.calibrate()


def items(count: int) -> list[Item]:
    return [make_item(f"item-{number:04}") for number in range(count)]


def calibration(following: Follower) -> Calibration:
    assert following.view is not None
    return following.view.calibration


def with_probes(count: int, *, seed: int = 0) -> list[Item]:
    """Items with two probes each, near the item's vector."""
    made = []
    for item in items(count):
        noise = vectors(2, seed=seed + int(item.id.removeprefix("item-")))
        made.append(replace(item, probes=unit(item.vectors + 0.5 * noise)))
    return made


def test_the_calibration_is_the_fit_to_the_items_there_are() -> None:
    store = FakeItems(with_probes(20))
    following = followed(store)
    first = calibration(following)
    assert following.view is not None
    sample = {item.id: item.probes for item in with_probes(20)}
    assert first == Calibration.fitted(following.view.index, sample, leaning={})
    assert first != Calibration()
    for item in with_probes(5):
        store.delete(item.id)
    follow(following)
    for item in with_probes(5):
        del sample[item.id]
    assert calibration(following) == Calibration.fitted(following.view.index, sample, leaning={}) != first


def test_without_probes_the_calibration_is_what_was_learned_beforehand() -> None:
    assert calibration(followed(FakeItems(items(20)))) == Calibration()


def test_a_replaced_item_is_sampled_by_its_new_probes() -> None:
    store = FakeItems(with_probes(10))
    following = followed(store)
    for item in with_probes(10, seed=77):
        store.put(item)
    follow(following)
    assert calibration(following) == calibration(followed(store))


def smallest(ids: Iterable[str], count: int = SAMPLE) -> list[str]:
    """Ids with the smallest hashes, in that order."""
    return sorted(
        sorted(ids, key=lambda each: hashlib.blake2b(each.encode(), digest_size=8).digest())[:count]
    )


def test_to_a_sample_of_a_large_catalogue_it_is_fitted_whatever_the_order_of_its_items() -> None:
    many = with_probes(SAMPLE + 150)
    probes = {item.id: item.probes for item in many}
    one_way, other_way = FakeItems(many), FakeItems(many[:1])
    following, late = followed(one_way), followed(other_way)
    for item in reversed(many):
        other_way.put(item)
    follow(late)
    assert following.view is not None
    sample = {item_id: probes[item_id] for item_id in smallest(probes)}
    expected = Calibration.fitted(following.view.index, sample, leaning={})
    assert calibration(following) == calibration(late) == expected
    # When items go, those with the next larger hashes replace them, whether or not the store is read for it.
    for count in (40, 101):
        for item_id in smallest(probes, count):
            one_way.delete(item_id)
            del probes[item_id]
        follow(following)
        sample = {item_id: probes[item_id] for item_id in smallest(probes)}
        assert calibration(following) == Calibration.fitted(following.view.index, sample, leaning={})


def test_a_large_catalogue_is_not_fitted_again_for_each_item() -> None:
    store = FakeItems(with_probes(300))
    following = followed(store)
    first = calibration(following)
    store.put(with_probes(300, seed=7)[0])
    follow(following)
    assert calibration(following) == first
    for item in with_probes(300, seed=7)[1:5]:
        store.put(item)
    follow(following)
    assert calibration(following) != first


def test_what_people_say_of_an_item_counts_at_once_and_goes_with_the_item() -> None:
    store = FakeItems(with_probes(300))
    following = followed(store)
    before = calibration(following)
    store.feedback(1, shown="item-0007", really="item-0008")
    follow(following)
    said = {"item-0007": leaning(0, 1), "item-0008": leaning(1, 0)}
    assert calibration(following) == replace(before, leaning=said)
    store.feedback(1, shown="item-0007", really="item-0007")
    follow(following)
    assert calibration(following).leaning == {"item-0007": leaning(1, 0)}
    assert calibration(followed(store)).leaning == {"item-0007": leaning(1, 0)}
    store.delete("item-0007")
    follow(following)
    assert calibration(following).leaning == {}


def test_as_much_right_as_wrong_is_no_leaning() -> None:
    store = FakeItems(items(2))
    store.feedback(1, shown="item-0000", really="item-0000")
    store.feedback(2, shown="item-0000", really=None)
    assert calibration(followed(store)).leaning == {}


def test_a_view_that_a_search_holds_keeps_its_leaning_while_the_next_one_is_made() -> None:
    store = FakeItems(items(3))
    following = followed(store)
    held = following.view
    store.feedback(1, shown="item-0000", really="item-0000")
    follow(following)
    assert held is not None
    assert held.calibration.leaning == {}


def test_a_new_item_is_found_before_the_calibration_knows_it() -> None:
    store = FakeItems(with_probes(20))
    following = followed(store)
    before = calibration(following)
    store.put(make_item("new"))
    following.follow()
    assert (following.items, calibration(following)) == (21, before)
    assert following.calibrate()
    assert calibration(following) != before
    assert not following.calibrate()


class Meddling(FakeIndex):
    """An index that calls something while it is searched."""

    meddle: Callable[[], None] = staticmethod(lambda: None)

    def search(self, vectors: Vectors, *, k: int) -> list[list[Neighbour]]:
        self.meddle()
        return super().search(vectors, k=k)


def meddled(store: FakeItems) -> tuple[Follower, list[Meddling]]:
    """A follower, and the indexes made for it."""
    made: list[Meddling] = []

    def make_index(_model: str, dim: int) -> KnnIndex:
        made.append(Meddling(dim=dim))
        return made[-1]

    following = Follower(store, make_index=make_index)
    following.follow()
    return following, made


def test_what_comes_while_it_is_fitted_is_neither_lost_nor_passed_over() -> None:
    store = FakeItems(with_probes(20))
    following, (index,) = meddled(store)

    def meddle() -> None:
        store.put(make_item("late"))
        store.feedback(1, shown="item-0007", really="item-0007")
        following.follow()
        index.meddle = lambda: None

    store.put(make_item("new"))
    following.follow()
    index.meddle = meddle
    assert following.calibrate()
    assert (following.items, calibration(following).leaning) == (22, {"item-0007": leaning(1, 0)})
    assert following.calibrate()
    assert calibration(following) == calibration(followed(store))


def test_a_calibration_that_another_models_index_overtook_is_dropped() -> None:
    store = FakeItems(with_probes(20))
    following, made = meddled(store)

    def meddle() -> None:
        store.put(make_item("wide", vectors(dim=16), model=OTHER_MODEL, probes=vectors(3, seed=5, dim=16)))
        store.set_model(OTHER_MODEL)
        following.follow()

    store.put(make_item("new"))
    following.follow()
    made[0].meddle = meddle
    following.calibrate()
    assert following.view is not None
    assert following.view.model == OTHER_MODEL
    assert calibration(following) == calibration(followed(store))


def test_a_fit_that_failed_is_made_up_for() -> None:
    store = FakeItems(with_probes(20))
    following, (index,) = meddled(store)

    def fail() -> None:
        raise RuntimeError("a fault of the index")

    store.put(make_item("new"))
    following.follow()
    index.meddle = fail
    with pytest.raises(RuntimeError, match="a fault of the index"):
        following.calibrate()
    index.meddle = lambda: None
    assert following.calibrate()
    assert calibration(following) == calibration(followed(store))
