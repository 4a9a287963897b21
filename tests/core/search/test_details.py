"""Local features: when the search asks for them, and what they do to an answer."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from common.local_points import encode_points
from common.wire import Observation, Vectors, unit
from services.core.search.answer import Pushed
from tests import pace
from tests.core.search.rig import SearchRig, fresh
from tests.fakes import FakeMatcher
from tests.points import random_points
from tests.servers import until

POINTS = {f"item-{number}": encode_points(random_points(60, seed=number)) for number in range(10)}
# Frames of two items at once, so that neither is clear.
ONE, OTHER = "item-1", "item-2"
WAIT_S = 60.0


@pytest.fixture
def rig() -> Iterator[SearchRig]:
    made = with_points(SearchRig())
    yield made
    made.close()


def with_points(rig: SearchRig, points: dict[str, bytes] | None = None) -> SearchRig:
    for item in rig.store.page(limit=100):
        rig.store.put(replace(item, points=((points or POINTS)[item.id],)))
    return rig


def vectors_of(rig: SearchRig, *ids: str) -> Vectors:
    items = [item for item in rig.store.get_many(ids) if item is not None]
    return unit(np.sum([item.vectors for item in items], axis=0))


def unclear(rig: SearchRig, *, seq: int = 1, thing: str = "cam-1", local: bytes | None = None) -> Observation:
    return replace(fresh(seq=seq, thing=thing), vectors=vectors_of(rig, ONE, OTHER), local=local)


def clear(rig: SearchRig, *, seq: int = 1) -> Observation:
    return replace(fresh(seq=seq), vectors=vectors_of(rig, ONE))


def best(rig: SearchRig, thing: str = "cam-1") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(rig.queue.latest(thing=thing)[0])["matches"][0]
    return found


def answered(rig: SearchRig, seen: Sequence[Observation]) -> list[Pushed]:
    return [outcome for outcome in rig.answerer.answer(seen) if isinstance(outcome, Pushed)]


def test_a_camera_is_asked_once_a_second_while_its_answer_is_not_clear(rig: SearchRig) -> None:
    started_s = time.monotonic()
    wanted = [answered(rig, [unclear(rig, seq=seq)])[0].wants_details for seq in range(1, 30)]
    lasted_s = time.monotonic() - started_s
    assert 1 <= len(rig.asked) <= 1 + lasted_s
    assert wanted[0]
    assert sum(wanted) == len(rig.asked)
    assert set(rig.asked) == {"cam-1"}


def test_each_camera_is_asked_for_itself(rig: SearchRig) -> None:
    answered(rig, [unclear(rig, thing=thing) for thing in ("a", "b")])
    assert rig.asked == ["a", "b"]


def test_a_camera_with_a_clear_answer_is_not_asked(rig: SearchRig) -> None:
    for seq in range(1, 5):
        (outcome,) = answered(rig, [clear(rig, seq=seq)])
        assert not outcome.wants_details
    assert best(rig)["score"] > 0.9
    assert rig.asked == []


def test_a_program_of_2018_is_not_asked(rig: SearchRig) -> None:
    answered(rig, [replace(unclear(rig), session=None, seq=None, model=None)])
    assert rig.asked == []


@pytest.mark.parametrize("shown", [ONE, OTHER])
def test_a_second_look_decides_between_two_that_look_alike(rig: SearchRig, shown: str) -> None:
    (outcome,) = answered(rig, [unclear(rig, local=POINTS[shown])])
    assert not outcome.wants_details
    inliers = {match.item.id: match.neighbour.inliers for match in outcome.record.matches}
    assert inliers == {item_id: 60 * (item_id == shown) for item_id in inliers}
    assert outcome.record.matches[0].item.id == shown
    assert outcome.record.matches[0].score > 2 * outcome.record.matches[1].score
    assert outcome.record.vote is not None
    assert outcome.record.vote.detailed


def test_second_looks_are_counted_by_what_became_of_them(rig: SearchRig) -> None:
    (first,) = answered(rig, [unclear(rig, thing="cam-1")])
    nearest = first.record.matches[0].item.id
    further = OTHER if nearest == ONE else ONE
    assert (rig.tally.asks, rig.tally.looks) == (1, {})
    answered(rig, [unclear(rig, thing="cam-1", seq=2, local=POINTS[nearest])])
    answered(rig, [unclear(rig, thing="cam-2", local=POINTS[further])])
    answered(rig, [unclear(rig, thing="cam-2", seq=2, local=POINTS[further])])
    assert (rig.tally.asks, rig.tally.looks) == (1, {"kept": 1, "changed": 1, "too_often": 1})
    assert len(rig.tally.took_s) == 2


def test_later_frames_of_the_scene_need_no_second_look(rig: SearchRig) -> None:
    (first,) = answered(rig, [unclear(rig, seq=1, local=POINTS[OTHER])])
    for seq in range(2, 12):
        (later,) = answered(rig, [unclear(rig, seq=seq)])
        assert later.record.matches[0].item.id == OTHER
        assert later.record.matches[0].score == pytest.approx(first.record.matches[0].score, abs=0.05)
    assert rig.asked == []


def test_items_without_local_features_are_not_asked_about_again_and_again() -> None:
    rig = with_points(SearchRig(), dict.fromkeys(POINTS, b""))
    try:
        (first,) = answered(rig, [unclear(rig, seq=1)])
        (second,) = answered(rig, [unclear(rig, seq=2, local=POINTS[ONE])])
        assert (first.wants_details, second.wants_details) == (True, False)
        assert second.record.vote is not None
        assert not second.record.vote.detailed
        assert not rig.answerer._asked.allows("cam-1")
    finally:
        rig.close()


def test_a_camera_that_sends_local_features_all_the_time_gets_few_second_looks(rig: SearchRig) -> None:
    started_s = time.monotonic()
    outcomes = [answered(rig, [unclear(rig, seq=seq, local=POINTS[ONE])])[0] for seq in range(1, 20)]
    lasted_s = time.monotonic() - started_s
    looked = [each.record.vote is not None and each.record.vote.detailed for each in outcomes]
    assert 1 <= sum(looked) <= 1 + 2 * lasted_s


def test_other_cameras_do_not_wait_for_a_second_look_and_its_own_later_frames_do() -> None:
    going, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        going.set()
        go_on.wait(WAIT_S)

    rig = with_points(SearchRig(matcher=FakeMatcher(hold), second_look_s=WAIT_S))
    try:
        rig.receive(unclear(rig, thing="slow", seq=1, local=POINTS[ONE]))
        assert rig.answer() == 0
        assert going.wait(WAIT_S)
        rig.receive(unclear(rig, thing="slow", seq=2))
        rig.receive(unclear(rig, thing="other", seq=1))
        # All threads of second looks are busy: it is answered without one.
        rig.receive(unclear(rig, thing="third", seq=1, local=POINTS[ONE]))
        assert rig.answer() == 2
        assert [record.observation.thing for record in rig.tally.records] == ["other", "third"]
        assert rig.tally.looks == {"busy": 1}
        assert rig.answer() == 0
    finally:
        go_on.set()
        until(lambda: len(rig.tally.records) == 3)
    until(lambda: rig.answer() == 1)
    seen = [record.observation for record in rig.tally.records]
    assert [each.seq for each in seen if each.thing == "slow"] == [1, 2]
    rig.close()


def test_an_answer_is_not_later_than_its_deadline_when_the_store_is_slow() -> None:
    go_on = threading.Event()
    rig = with_points(SearchRig(second_look_s=0.15))

    def read(_ids: Sequence[str]) -> dict[str, tuple[bytes, ...]]:
        go_on.wait(WAIT_S)
        return {}

    rig.read_points = read
    try:
        (outcome,) = answered(rig, [unclear(rig, local=POINTS[ONE])])
        assert outcome.record.vote is not None
        assert not outcome.record.vote.detailed
        assert outcome.record.timings_ms["search"] >= 140
        assert outcome.record.timings_ms["search"] < 1000 * pace.limit_s(0.6)
        assert rig.tally.looks == {"late": 1}
        assert rig.tally.took_s[0] >= 0.14
    finally:
        go_on.set()
        rig.close()


@pytest.mark.parametrize(("first", "second"), [("features", "details"), ("details", "features")])
def test_of_a_cameras_two_topics_the_newest_frame_wins(rig: SearchRig, first: str, second: str) -> None:
    old = unclear(rig, seq=1, local=POINTS[ONE] if first == "details" else None)
    new = unclear(rig, seq=2, local=POINTS[OTHER] if second == "details" else None)
    for order, at_s in (((old, new), time.time() - 2), ((new, old), time.time() - 1)):
        for seen in order:
            rig.receive(replace(seen, captured_at_s=at_s + (seen.seq or 0) / 10))
        rig.answer()
        until(lambda: len(rig.tally.records) > 0)
        assert rig.tally.records.pop().observation.seq == 2


def test_hostile_local_features_are_refused_and_counted(rig: SearchRig) -> None:
    payload = json.dumps({"v": 1}).encode()
    rig.intake.receive("lookalike/cam-1/details", payload)
    for blob in (b"\x01", b"\x02" + bytes(36), b"\x01" + b"\xff" * 36, bytes(20_000)):
        rig.receive(unclear(rig, local=blob))
        assert rig.answer() == 0
    assert rig.tally.drops["local"] == 4
