"""The calibration keeps in step with the items, their probes and what people said of them."""

from dataclasses import replace

from services.core.domain import Item
from services.core.follow import Follower
from services.core.verdict import SAMPLE, Calibration, leaning
from services.core.wire import unit
from tests.fakes import FakeIndex, FakeItems, make_item, vectors


def followed(store: FakeItems) -> Follower:
    following = Follower(store, make_index=lambda dim: FakeIndex(dim=dim))
    following.follow()
    return following


def items(count: int) -> list[Item]:
    return [make_item(f"item-{number:04}") for number in range(count)]


def calibration(following: Follower) -> Calibration:
    assert following.view is not None
    return following.view.calibration


def with_probes(count: int, *, seed: int = 0) -> list[Item]:
    """Items of which each has two probes near its vector."""
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
    following.follow()
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
    following.follow()
    assert calibration(following) == calibration(followed(store))


def test_of_a_large_catalogue_a_sample_is_fitted_to() -> None:
    many = with_probes(SAMPLE + 50)
    following = followed(FakeItems(many))
    assert following.view is not None
    sample = {item.id: item.probes for item in many[:SAMPLE]}
    assert calibration(following) == Calibration.fitted(following.view.index, sample, leaning={})


def test_a_large_catalogue_is_not_fitted_anew_for_each_item() -> None:
    store = FakeItems(with_probes(300))
    following = followed(store)
    first = calibration(following)
    store.put(with_probes(300, seed=7)[0])
    following.follow()
    assert calibration(following) == first
    for item in with_probes(300, seed=7)[1:5]:
        store.put(item)
    following.follow()
    assert calibration(following) != first


def test_what_people_say_of_an_item_counts_at_once_and_goes_with_the_item() -> None:
    store = FakeItems(with_probes(300))
    following = followed(store)
    before = calibration(following)
    store.feedback(1, shown="item-0007", really="item-0008")
    following.follow()
    said = {"item-0007": leaning(0, 1), "item-0008": leaning(1, 0)}
    assert calibration(following) == replace(before, leaning=said)
    store.feedback(1, shown="item-0007", really="item-0007")
    following.follow()
    assert calibration(following).leaning == {"item-0007": leaning(1, 0)}
    assert calibration(followed(store)).leaning == {"item-0007": leaning(1, 0)}
    store.delete("item-0007")
    following.follow()
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
    following.follow()
    assert held is not None
    assert held.calibration.leaning == {}
