"""From observations to match records."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest

from common.wire import Vectors, unit
from services.core.domain import ItemFacts
from services.core.records import Verdict
from services.core.search.follow import Follower
from services.core.search.lookup import Lookup
from services.core.search.view import View
from tests.fakes import DIM, MODEL, FakeIndex, FakeItems, make_item, make_observation, vectors


def basis(number: int, *, angle: float = 0.0) -> Vectors:
    """The direction of one axis, turned a little towards the last one."""
    row = np.zeros((1, DIM), np.float32)
    row[0, number], row[0, -1] = np.cos(angle), np.sin(angle)
    return row


def make_catalogue(count: int, *, dim: int = DIM) -> FakeItems:
    return FakeItems(make_item(f"item-{number}", vectors(seed=number, dim=dim)) for number in range(count))


def followed(store: FakeItems) -> Follower:
    following = Follower(store, make_index=lambda _model, dim: FakeIndex(dim=dim))
    following.follow()
    return following


def make_lookup(store: FakeItems, *, k: int = 6) -> tuple[Lookup, View | None]:
    return Lookup(picture_url=picture_url, k=k, max_age_s=5.0), followed(store).view


def picture_url(item: ItemFacts) -> str:
    return f"http://page/{item.id}.jpg"


def test_the_k_nearest_items_come_best_first_whatever_the_verdict() -> None:
    store, query = make_catalogue(40), vectors(seed=99)
    lookup, view = make_lookup(store)
    (record,) = lookup.answer([make_observation(query)], view)
    distances = {item.id: float(np.linalg.norm(item.vectors[0] - query[0])) for item in store.page()}
    expected = sorted(distances, key=lambda item_id: distances[item_id])[:6]
    assert [match.item.id for match in record.matches] == expected
    scores = [match.score for match in record.matches]
    assert scores == sorted(scores, reverse=True)
    assert 1 > scores[0] > scores[5] > 0
    assert sum(scores) < 1
    assert record.matches[0].neighbour.distance == pytest.approx(distances[expected[0]], abs=1e-6)


@pytest.mark.parametrize("k", [1, 3, 20])
def test_a_wish_for_another_k_counts_and_leaves_the_verdict_as_it_is(k: int) -> None:
    store = make_catalogue(40)
    lookup, view = make_lookup(store)
    seen = make_observation(vectors(seed=7))
    (record,) = lookup.answer([seen], view, k=k)
    assert len(record.matches) == k
    assert (record.matches[0].item.id, record.verdict) == ("item-7", Verdict.MATCH)


def test_each_match_has_what_people_want_to_know() -> None:
    lookup, view = make_lookup(FakeItems([make_item("mug", vectors(), title="It's a mug")]))
    (record,) = lookup.answer([make_observation(vectors())], view)
    text = record.to_json()
    (match,) = json.loads(text)["matches"]
    assert match.pop("score") == pytest.approx(1, abs=1e-3)
    assert match == {
        "id": "mug",
        "title": "It's a mug",
        "url": "http://page/mug.jpg",
        "link": "https://shop.example/mug",
        "distance": 0.0,
        "metadata": {"kind": "mug"},
    }
    assert "'" not in text


@pytest.mark.parametrize("gone_from", ["index and facts", "facts alone"])
def test_an_item_that_was_deleted_is_skipped_and_the_next_one_moves_up(gone_from: str) -> None:
    store = make_catalogue(20, dim=64)  # in few dimensions the next one would be nearly the same
    lookup, _ = make_lookup(store)
    following, seen = followed(store), make_observation(vectors(seed=3, dim=64))
    (before,) = lookup.answer([seen], following.view)
    view = following.view
    assert view is not None
    if gone_from == "facts alone":  # as if it went between the search and the reading of its facts
        view = replace(
            view, facts={item_id: item for item_id, item in view.facts.items() if item_id != "item-3"}
        )
    else:
        store.delete("item-3")
        following.follow()
    (after,) = lookup.answer([seen], view)
    assert (before.matches[0].item.id, before.verdict) == ("item-3", Verdict.MATCH)
    assert [match.item.id for match in after.matches[:5]] == [match.item.id for match in before.matches[1:]]
    assert len(after.matches) == 6
    assert after.verdict is not Verdict.MATCH


def test_new_words_of_an_item_are_shown_as_soon_as_they_are_followed() -> None:
    store = make_catalogue(3)
    lookup, _ = make_lookup(store)
    following = followed(store)
    store.put(make_item("item-1", vectors(seed=1), title="New"))
    following.follow()
    (record,) = lookup.answer([make_observation(vectors(seed=1))], following.view)
    assert record.matches[0].item.title == "New"


class CountingItems(FakeItems):
    """An index that counts its calls."""

    calls = 0

    def _check(self, method: str) -> None:
        self.calls += 1
        super()._check(method)


def test_an_answer_reads_nothing_of_the_store() -> None:
    store = CountingItems(make_item(f"item-{number}", vectors(seed=number)) for number in range(40))
    lookup, view = make_lookup(store)
    read = store.calls
    batch = [make_observation(vectors(2, seed=seed), thing=f"cam-{seed}") for seed in range(5)]
    records = lookup.answer(batch, view)
    assert [len(record.matches) for record in records] == [6] * 5
    assert read > 0
    assert store.calls == read


def test_several_vectors_of_one_observation_are_joined_and_each_counts() -> None:
    store = FakeItems(make_item(f"axis-{number}", basis(number)) for number in range(DIM - 1))
    lookup, view = make_lookup(store)
    views = np.concatenate([basis(4, angle=0.2), basis(2, angle=0.1), basis(4, angle=0.3)])
    (record,) = lookup.answer([make_observation(views)], view)
    ids = [match.item.id for match in record.matches]
    assert ids[:2] == ["axis-2", "axis-4"]
    assert len(set(ids)) == len(ids) == 6
    assert record.matches[1].neighbour.distance == pytest.approx(2 * np.sin(0.1), abs=1e-5)


def test_a_batch_is_answered_in_its_order_each_from_its_own_vectors() -> None:
    lookup, view = make_lookup(make_catalogue(30))
    batch = [
        make_observation(unit(np.concatenate([vectors(seed=number)] * count)), thing=f"cam-{number}")
        for number, count in ((5, 1), (9, 3), (2, 2), (11, 1))
    ]
    records = lookup.answer(batch, view)
    assert [record.observation.thing for record in records] == ["cam-5", "cam-9", "cam-2", "cam-11"]
    assert [record.matches[0].item.id for record in records] == ["item-5", "item-9", "item-2", "item-11"]


def test_an_empty_catalogue_answers_no_match() -> None:
    lookup, view = make_lookup(FakeItems())
    (record,) = lookup.answer([make_observation(vectors(), model=MODEL)], view)
    assert (view, record.verdict, record.matches, record.model) == (None, Verdict.NO_MATCH, (), MODEL)


def test_a_catalogue_that_was_emptied_answers_no_match() -> None:
    store = make_catalogue(1)
    lookup, _ = make_lookup(store)
    following = followed(store)
    store.delete("item-0")
    following.follow()
    (record,) = lookup.answer([make_observation()], following.view)
    assert (record.verdict, record.matches) == (Verdict.NO_MATCH, ())


def test_no_observation_gives_no_record() -> None:
    lookup, view = make_lookup(make_catalogue(3))
    assert lookup.answer([], view) == []


def test_a_record_expires_max_age_s_after_its_capture_not_after_its_search() -> None:
    lookup, view = make_lookup(make_catalogue(3))
    at_s = time.time() - 3
    (record,) = lookup.answer([make_observation(at_s=at_s)], view)
    assert record.expires_at_s == pytest.approx(at_s + 5, abs=0.001)
    assert record.searched_at_s == pytest.approx(time.time(), abs=5)


def test_timings_hold_the_edges_stages_the_way_and_the_search() -> None:
    lookup, view = make_lookup(make_catalogue(3))
    seen = make_observation(at_s=time.time() - 2, timings_ms={"capture": 3.0, "embed": 500.0})
    (record,) = lookup.answer([seen], view)
    assert set(record.timings_ms) == {"capture", "embed", "transport", "search"}
    assert (record.timings_ms["capture"], record.timings_ms["embed"]) == (3.0, 500.0)
    assert 1400 < record.timings_ms["transport"] < 6500
    assert 0 <= record.timings_ms["search"] < 5000


def test_a_message_of_2018_has_no_way_to_be_timed_and_a_clock_ahead_gives_none_below_0() -> None:
    lookup, view = make_lookup(make_catalogue(3))
    old = make_observation(at_s=time.time(), session=None, seq=None)
    ahead = make_observation(at_s=time.time() + 1.5)
    of_2018, of_ahead = lookup.answer([old, ahead], view)
    assert "transport" not in of_2018.timings_ms
    assert of_ahead.timings_ms["transport"] == 0.0
