"""Feedback on a match: refusals and counts."""

import json

import pytest

from services.core.catalogue.feedback import Feedback, take_feedback
from services.core.errors import InputError, UnavailableError
from services.core.records import MatchRecord, Verdict
from tests.fakes import MODEL, FakeItems, FakeQueue, make_item, make_observation, make_record


@pytest.fixture
def store() -> FakeItems:
    """A catalogue of three items, with records that show the mug."""
    return FakeItems(make_item(item_id) for item_id in ("mug", "bowl", "größe 7'"))


def pushed(record: MatchRecord | None = None) -> str:
    """A record as the match queue gives it."""
    queue = FakeQueue()
    number = queue.push(record or make_record())
    text = queue.get(number or 0)
    assert text is not None
    return text


def counts(store: FakeItems) -> dict[str, tuple[int, int]]:
    """The items that have feedback, with the number of right and wrong answers."""
    found = {item.id: (item.right, item.wrong) for item in store.page()}
    return {item_id: count for item_id, count in found.items() if count != (0, 0)}


@pytest.mark.parametrize(
    ("said", "really", "expected"),
    [
        (Feedback(right=True), "mug", {"mug": (1, 0)}),
        (Feedback(right=True, item="mug"), "mug", {"mug": (1, 0)}),
        (Feedback(right=False), None, {"mug": (0, 1)}),
        (Feedback(right=False, item="größe 7'"), "größe 7'", {"mug": (0, 1), "größe 7'": (1, 0)}),
    ],
)
def test_feedback_counts_for_the_best_match_and_for_what_it_was(
    store: FakeItems, said: Feedback, really: str | None, expected: dict[str, tuple[int, int]]
) -> None:
    assert take_feedback(store, pushed(), said) == (really, store.head())
    assert counts(store) == expected


def test_a_retry_counts_once_and_the_last_word_counts(store: FakeItems) -> None:
    record = pushed()
    first = take_feedback(store, record, Feedback(right=True))
    assert take_feedback(store, record, Feedback(right=True)) == first
    assert counts(store) == {"mug": (1, 0)}
    take_feedback(store, record, Feedback(right=False, item="bowl"))
    assert counts(store) == {"mug": (0, 1), "bowl": (1, 0)}
    take_feedback(store, record, Feedback(right=True))
    assert counts(store) == {"mug": (1, 0)}
    assert take_feedback(store, record, Feedback(right=None)) == (None, store.head())
    assert counts(store) == {}


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (Feedback(right=True, item="bowl"), "shows item 'mug'.* was 'bowl'; expected `right` to be false"),
        (Feedback(right=False, item="mug"), "shows item 'mug'.* was 'mug'; expected `right` to be true"),
        (Feedback(right=None, item="mug"), "withdrawn; expected no `item`"),
        (Feedback(right=False, item="vase"), "there is no item 'vase' in the catalogue"),
    ],
)
def test_what_cannot_be_said_of_a_record_is_refused_and_counts_nothing(
    store: FakeItems, said: Feedback, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        take_feedback(store, pushed(), said)
    assert (counts(store), store.head()) == ({}, 3)


def test_of_a_record_without_matches_nothing_is_right_or_wrong(store: FakeItems) -> None:
    nothing = MatchRecord(make_observation(), MODEL, Verdict.NO_MATCH, (), 0.0, 5.0, {})
    for right in (True, False):
        with pytest.raises(InputError, match="record 1 has no matches"):
            take_feedback(store, pushed(nothing), Feedback(right=right))
    assert counts(store) == {}


def test_of_an_item_that_was_deleted_since_only_what_it_really_was_can_be_said(store: FakeItems) -> None:
    store.delete("mug")
    for right in (True, False):
        with pytest.raises(InputError, match="no item 'mug' in the catalogue \\(any more\\)"):
            take_feedback(store, pushed(), Feedback(right=right))
    take_feedback(store, pushed(), Feedback(right=False, item="bowl"))
    store.put(make_item("mug"))
    assert counts(store) == {"bowl": (1, 0)}


def test_only_the_best_match_is_meant(store: FakeItems) -> None:
    record = json.loads(pushed())
    record["matches"].append(record["matches"][0] | {"id": "bowl"})
    take_feedback(store, json.dumps(record), Feedback(right=True))
    assert counts(store) == {"mug": (1, 0)}


def test_a_store_that_is_away_is_no_refusal(store: FakeItems) -> None:
    store.down = {"feedback"}
    with pytest.raises(UnavailableError):
        take_feedback(store, pushed(), Feedback(right=True))
