"""What people said of items reaches the search at once."""

from services.core.search.follow import Follower
from services.core.search.verdict import leaning
from tests.fakes import FakeIndex, FakeItems, make_item


def followed(store: FakeItems) -> Follower:
    following = Follower(store, make_index=lambda _model, dim: FakeIndex(dim=dim))
    following.follow()
    return following


def leanings(following: Follower) -> dict[str, float]:
    assert following.view is not None
    return dict(following.view.calibration.leaning)


def catalogue() -> FakeItems:
    return FakeItems(make_item(f"item-{number:04}") for number in range(10))


def test_what_people_say_of_an_item_counts_at_once_and_goes_with_the_item() -> None:
    store = catalogue()
    following = followed(store)
    store.feedback(1, shown="item-0007", really="item-0008")
    following.follow()
    assert leanings(following) == {"item-0007": leaning(0, 1), "item-0008": leaning(1, 0)}
    store.feedback(1, shown="item-0007", really="item-0007")
    following.follow()
    assert leanings(following) == {"item-0007": leaning(1, 0)}
    assert leanings(followed(store)) == {"item-0007": leaning(1, 0)}
    store.delete("item-0007")
    following.follow()
    assert leanings(following) == {}


def test_as_much_right_as_wrong_is_no_leaning() -> None:
    store = catalogue()
    store.feedback(1, shown="item-0000", really="item-0000")
    store.feedback(2, shown="item-0000", really=None)
    assert leanings(followed(store)) == {}


def test_a_view_that_a_search_holds_keeps_its_leaning_while_the_next_one_is_made() -> None:
    store = catalogue()
    following = followed(store)
    held = following.view
    store.feedback(1, shown="item-0000", really="item-0000")
    following.follow()
    assert held is not None
    assert held.calibration.leaning == {}
