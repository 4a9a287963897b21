"""The search's use case for a batch of observations, called as a thread, HTTP and a Lambda do."""

from __future__ import annotations

import json
import time
from collections import Counter

import pytest

from common.wire import Observation, WireError
from services.core.errors import LoadingError, UnavailableError
from services.core.ports import Memory
from services.core.records import MatchRecord, Verdict
from services.core.search.answer import Outcome, Pushed
from services.core.search.drops import Dropped
from tests.core.search.rig import SearchRig, fresh
from tests.fakes import OTHER_MODEL, FakeQueue, make_item, make_observation, vectors


@pytest.fixture
def rig() -> SearchRig:
    return SearchRig()


def reasons(outcomes: list[Outcome]) -> list[str | None]:
    """The reason why each was dropped, None for one that was pushed."""
    return [outcome.reason if isinstance(outcome, Dropped) else None for outcome in outcomes]


def test_each_observation_is_told_the_record_and_id_that_it_became(rig: SearchRig) -> None:
    outcomes = rig.answerer.answer([fresh(thing="a", seq=7), fresh(thing="b", seq=1)])
    queued = [json.loads(record) for record in rig.queue.latest(limit=5)][::-1]
    assert len(outcomes) == len(queued) == 2
    for outcome, record in zip(outcomes, queued, strict=True):
        assert isinstance(outcome, Pushed)
        assert {"id": outcome.id, **json.loads(outcome.record.to_json())} == record
    assert [record["thing"] for record in queued] == ["a", "b"]
    assert [len(record.matches) for record in rig.tally.records] == [6, 6]


def test_nothing_to_answer_asks_nobody(rig: SearchRig) -> None:
    rig.queue.down = True
    assert rig.answerer.answer([]) == []
    assert rig.tally.drops == Counter()


def test_what_is_not_admitted_is_dropped_in_its_place_and_the_rest_is_answered(rig: SearchRig) -> None:
    wide = make_observation(vectors(dim=9), thing="d", at_s=time.time())
    batch = [fresh(thing="a", model=OTHER_MODEL), fresh(thing="b"), fresh(thing="c", age_s=9), wide]
    outcomes = rig.answerer.answer(batch)
    assert reasons(outcomes) == ["model", None, "stale", "dimension"]
    assert isinstance(outcomes[0], Dropped)
    assert f"vectors of model {OTHER_MODEL}" in outcomes[0].detail
    assert rig.tally.drops == Counter({"model": 1, "stale": 1, "dimension": 1})
    assert rig.queue.clocks["c"] == [pytest.approx(-9, abs=1)]


@pytest.mark.parametrize("model", [OTHER_MODEL, None])
def test_of_one_camera_the_newest_that_can_be_answered_is(rig: SearchRig, model: str | None) -> None:
    batch: list[Observation] = [fresh(seq=seq, age_s=age_s) for seq, age_s in ((1, 3.0), (3, 1.0), (2, 2.0))]
    if model:
        batch.append(fresh(seq=4, model=model))
    assert reasons(rig.answerer.answer(batch)) == ["overtaken", None, "overtaken", "model"][: len(batch)]
    assert [record.observation.seq for record in rig.tally.records] == [3]


def test_one_that_is_behind_the_queues_newest_is_overtaken(rig: SearchRig) -> None:
    assert reasons(rig.answerer.answer([fresh(seq=5)])) == [None]
    assert reasons(rig.answerer.answer([fresh(seq=4, age_s=0.1), fresh(thing="b")])) == ["overtaken", None]
    assert rig.tally.drops == Counter({"overtaken": 1})


def test_while_the_index_loads_nothing_is_pushed_and_how_far_it_is_is_told() -> None:
    rig = SearchRig(loaded=False)
    outcomes = rig.answerer.answer([fresh(thing="a"), fresh(thing="b")])
    told = "the index is loading: the item store has not been read yet"
    assert outcomes == [Dropped("loading", told)] * 2
    assert (rig.tally.drops, rig.queue.latest(limit=9)) == (Counter({"loading": 2}), [])
    with pytest.raises(LoadingError):
        rig.answerer.look(fresh(), k=3)


@pytest.mark.parametrize("method", ["model", "page"])
def test_a_store_that_cannot_be_reached_at_the_start_gives_no_verdict(method: str) -> None:
    rig = SearchRig(loaded=False)
    rig.store.down = {method}
    with pytest.raises(UnavailableError):
        rig.follower.follow()
    assert reasons(rig.answerer.answer([fresh()])) == ["loading"]
    rig.store.down = set()
    rig.follower.follow()
    assert reasons(rig.answerer.answer([fresh()])) == [None]


def test_an_empty_catalogue_that_was_read_is_no_match_without_matches() -> None:
    rig = SearchRig(loaded=False)
    for number in range(10):
        rig.store.delete(f"item-{number}")
    rig.follower.follow()
    (outcome,) = rig.answerer.answer([fresh()])
    assert isinstance(outcome, Pushed)
    assert (outcome.record.verdict, outcome.record.matches) == (Verdict.NO_MATCH, ())


def test_while_another_model_is_read_the_live_index_answers(rig: SearchRig) -> None:
    for number in range(10):
        item = make_item(f"item-{number}", vectors(dim=16, seed=number), model=OTHER_MODEL)
        assert rig.store.stage(item)
    rig.store.set_model(OTHER_MODEL)
    rig.store.down = {"page"}
    with pytest.raises(UnavailableError):
        rig.follower.follow()
    assert reasons(rig.answerer.answer([fresh()])) == [None]


def test_a_batch_whose_push_fails_is_dropped_as_a_whole() -> None:
    class Dying(FakeQueue):
        def push(self, record: MatchRecord) -> int | None:
            if self._newest:
                raise UnavailableError("Redis: died")
            return super().push(record)

    rig = SearchRig(Dying())
    outcomes = rig.answerer.answer([fresh(thing=f"cam-{number}") for number in range(3)])
    assert outcomes == [Dropped("unavailable", "Redis: died")] * 3
    assert (rig.tally.drops, rig.tally.records) == (Counter({"unavailable": 3}), [])


def test_a_look_gives_the_record_and_leaves_queue_and_counters_alone(rig: SearchRig) -> None:
    seen = fresh()
    record = rig.answerer.look(seen, k=3)
    assert (record.observation, len(record.matches)) == (seen, 3)
    assert (rig.queue.latest(limit=9), rig.tally.records) == ([], [])
    assert rig.queue.memories([seen.thing]) == {seen.thing: Memory([])}
    with pytest.raises(WireError, match="expected"):
        rig.answerer.look(fresh(model=OTHER_MODEL), k=3)
