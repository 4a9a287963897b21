"""Reviews: the inbox and its groups, outcomes, undo, and what the items count."""

from dataclasses import replace

import pytest

from services.core.errors import InputError, MissingError
from services.core.history.history import History
from services.core.history.keeper import HistoryKeeper
from services.core.history.review import Reviews, said_by
from services.core.history.showing import Review, Said, SaidOf, showing_of
from tests.fake_history import FakeHistory, FakeHistoryPictures, record
from tests.fakes import FakeItems, FakeQueue, make_item


class Rig:
    """Three items, and showings that have ended."""

    def __init__(self) -> None:
        self.store, self.items = FakeHistory(), FakeItems()
        for item in ("mug", "bowl", "vase"):
            self.items.put(make_item(item))
        keeper = HistoryKeeper(self.store, FakeQueue())
        self.reviews = Reviews(History(self.store, FakeHistoryPictures(), keeper, 30), self.items)

    def show(self, number: int, best: str | None = "mug", verdict: str = "unsure") -> None:
        showing = showing_of(record(number, number, best, verdict))
        self.store.write([showing], [])
        self.store.rows[number] = replace(showing, ended=True)

    def counts(self, item: str) -> tuple[int, int]:
        """How often it was right, and wrong."""
        (facts,) = self.items.facts([item])
        assert facts is not None
        return facts.right, facts.wrong

    def said(self, number: int) -> Said:
        return self.store.rows[number].said

    def open(self) -> list[list[int]]:
        return [[each.id for each in group.showings] for group in self.reviews.inbox().groups]


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_the_inbox_has_unsure_and_wrong_showings_alike_ones_together(rig: Rig) -> None:
    for number, best in enumerate(["mug", "vase", "bowl", "mug"], 1):
        rig.show(number, best)
    rig.show(5, "mug", "match")
    rig.show(6, "mug", "no_match")
    rig.store.say({5: Said(SaidOf.WRONG)})
    assert rig.open() == [[5, 4, 1], [3, 2]]
    assert rig.reviews.inbox().open == 5
    assert [len(group.showings) for group in rig.reviews.inbox(most=2).groups] == [2]
    assert rig.reviews.inbox(most=2).open == 5


def test_many_are_reviewed_at_once_and_taken_back(rig: Rig) -> None:
    for number in (1, 2):
        rig.show(number)
    rig.show(3, "mug", "match")
    found = rig.reviews.review([1, 2, 3], Review.ITEM, "vase")
    assert {each.review for each in found} == {Review.ITEM}
    assert {each.said.reviewed_item for each in found} == {"vase"}
    assert (rig.counts("mug"), rig.counts("vase"), rig.open()) == ((0, 3), (3, 0), [])
    rig.reviews.review([1, 2, 3], None)
    assert (rig.counts("mug"), rig.counts("vase"), rig.open()) == ((0, 0), (0, 0), [[2, 1]])


def test_an_item_that_it_was_taken_for_was_right(rig: Rig) -> None:
    rig.show(1)
    rig.reviews.review([1], Review.ITEM, "mug")
    assert (rig.said(1).feedback, rig.counts("mug")) == (SaidOf.RIGHT, (1, 0))
    rig.reviews.review([1], Review.NOT_IN_CATALOGUE)
    assert (rig.said(1).feedback, rig.counts("mug")) == (SaidOf.WRONG, (0, 1))
    rig.reviews.review([1], Review.IGNORED)
    rig.reviews.review([1], None)
    assert (rig.said(1).feedback, rig.counts("mug"), rig.open()) == (None, (0, 0), [[1]])


def test_a_review_takes_the_place_of_the_feedback_on_its_record(rig: Rig) -> None:
    rig.show(1, "mug", "match")
    rig.items.feedback(7, shown="mug", really=None)
    rig.store.say({1: said_by(7, right=False, item=None)})
    assert (rig.counts("mug"), rig.open()) == ((0, 1), [[1]])
    rig.reviews.review([1], Review.ITEM, "vase")
    assert (rig.counts("mug"), rig.counts("vase")) == ((0, 1), (1, 0))
    rig.reviews.review([1], None)
    assert (rig.counts("mug"), rig.counts("vase"), rig.open()) == ((0, 1), (0, 0), [[1]])


def test_feedback_that_names_the_item_needs_no_review() -> None:
    assert said_by(7, right=False, item="vase").review == Review.ITEM
    assert said_by(7, right=True, item="mug").review is None
    assert said_by(7, right=None, item=None) == Said()


def test_ignoring_says_nothing_of_the_items(rig: Rig) -> None:
    rig.show(1)
    rig.reviews.review([1], Review.IGNORED)
    assert (rig.said(1).feedback, rig.counts("mug"), rig.open()) == (None, (0, 0), [])


@pytest.mark.parametrize(
    ("outcome", "item", "said"),
    [
        (Review.OPEN, None, "expected item, new_item, not_in_catalogue, ignored or null"),
        (Review.ITEM, None, "`item` is missing; expected the id of the item that it is"),
        (Review.ITEM, "cup", "there is no item 'cup' in the catalogue"),
        (Review.NEW_ITEM, "cup", "there is no item 'cup' in the catalogue"),
        (Review.IGNORED, "mug", "`item` is 'mug'; expected it only if `is` is item or new_item"),
        (None, "mug", "`item` is 'mug'; expected it only if `is` is item or new_item"),
    ],
)
def test_an_outcome_that_makes_no_sense_changes_nothing(
    rig: Rig, outcome: Review | None, item: str | None, said: str
) -> None:
    rig.show(1)
    with pytest.raises(InputError, match=said):
        rig.reviews.review([1], outcome, item)
    assert rig.said(1) == Said()


def test_showings_that_are_gone_are_named_and_some_are_left_out(rig: Rig) -> None:
    rig.show(1)
    assert [each.id for each in rig.reviews.review([1, 9], Review.NEW_ITEM, "vase")] == [1]
    with pytest.raises(MissingError, match="none of these showings"):
        rig.reviews.review([9], Review.IGNORED)
