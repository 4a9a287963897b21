"""Agreement over a camera's frames."""

from dataclasses import replace

import numpy as np
import pytest

from services.core.evidence import Detail, Evidence, Vote
from services.core.scenes import Scenes
from services.core.search.verdict import judge
from services.core.search.votes import CHANGED, FRAMES, WINDOW_S, agree, favourite, window
from tests.fakes import MODEL, OTHER_MODEL

NOW_S = 1_000_000_000.0
CLEAR = Evidence({"mug": 20.0, "cup": 15.0, "jar": 12.0}, 14.0)
BLURRED = Evidence({"cup": 13.0, "mug": 12.5, "jar": 12.0}, 14.0)
OTHER = Evidence({"jar": 21.0, "cup": 15.0, "mug": 12.0}, 14.0)


def vote(evidence: Evidence = CLEAR, *, age_s: float = 0.1, model: str = MODEL, fresh: bool = False) -> Vote:
    return Vote(NOW_S - age_s, evidence, model, fresh)


def now(evidence: Evidence = CLEAR) -> Vote:
    return vote(evidence, age_s=0.0)


def best_chance(evidence: Evidence) -> float:
    return max(judge(evidence).probabilities.values())


def test_the_last_frames_are_agreed_on_as_many_as_a_window_holds() -> None:
    votes = [vote(age_s=0.1 * (1 + number)) for number in range(FRAMES + 3)]
    assert window(votes, now()) == votes[: FRAMES - 1]
    assert window(votes[:3], now()) == votes[:3]
    assert window([], now()) == []


@pytest.mark.parametrize(("age_s", "counts"), [(0.0, True), (WINDOW_S, True), (WINDOW_S + 0.001, False)])
def test_a_frame_counts_until_it_is_too_old(age_s: float, counts: bool) -> None:
    assert window([vote(age_s=age_s)], now()) == ([vote(age_s=age_s)] if counts else [])


@pytest.mark.parametrize(("age_s", "counts"), [(WINDOW_S + 6.9, True), (WINDOW_S + 7.1, False)])
def test_of_a_scene_that_is_still_what_was_seen_before_it_went_still_counts(
    age_s: float, counts: bool
) -> None:
    earlier = vote(age_s=age_s)
    assert window([earlier], replace(now(), still_s=7.0)) == ([earlier] if counts else [])


def test_a_frame_that_seems_to_come_from_the_future_does_not_count() -> None:
    assert window([vote(age_s=-0.1)], now()) == []
    assert window([vote(), vote(age_s=-3600.0, fresh=True), vote()], now()) == [vote(), vote()]


@pytest.mark.parametrize("break_", [vote(age_s=9.0), vote(model=OTHER_MODEL)])
def test_behind_a_frame_that_does_not_count_none_does(break_: Vote) -> None:
    assert window([vote(), break_, vote()], now()) == [vote()]
    assert window([break_, vote()], now()) == []


def test_a_fresh_frame_is_the_oldest_of_its_window() -> None:
    fresh = vote(fresh=True, age_s=0.2)
    assert window([vote(), fresh, vote(age_s=0.3)], now()) == [vote(), fresh]


def test_another_item_in_the_frame_is_another_scene() -> None:
    assert window([vote(), vote()], now(OTHER)) == []


def test_the_scene_changes_at_a_distance_in_nats_between_the_favourite_and_the_best() -> None:
    for below, changed in ((CHANGED - 0.01, False), (CHANGED + 0.01, True)):
        seen = Evidence({"cup": 20.0, "mug": 20.0 - below, "jar": 0.0}, 14.0)
        assert (window([vote()], now(seen)) == []) is changed


@pytest.mark.parametrize(("floor", "changed"), [(17.0, False), (15.0, True)])
def test_a_favourite_that_is_not_near_at_all_counts_as_the_furthest_that_is(
    floor: float, changed: bool
) -> None:
    seen = Evidence({"cup": 20.0, "jar": floor}, 14.0)
    assert (window([vote()], now(seen)) == []) is changed


def test_a_blurred_frame_is_of_the_same_scene() -> None:
    assert window([vote(), vote()], now(BLURRED)) == [vote(), vote()]


def test_the_favourite_is_that_of_all_frames_together_not_of_the_last() -> None:
    votes = [vote(BLURRED), vote(), vote()]  # with these the mug leads
    seen = Evidence({"cup": 20.0, "mug": 20.0 - CHANGED - 1, "jar": 0.0}, 14.0)
    assert window(votes, now(seen)) == []
    assert window(votes[:1], now(seen)) == votes[:1]


@pytest.mark.parametrize("empty", ["votes", "now"])
def test_frames_without_any_item_agree_on_nothing(empty: str) -> None:
    nothing = Evidence({}, 14.0)
    votes, seen = (vote(nothing), now()) if empty == "votes" else (vote(), now(nothing))
    assert window([votes], seen) == []


def test_one_frame_is_itself() -> None:
    assert agree([CLEAR]) == CLEAR


@pytest.mark.parametrize("count", [2, 4, FRAMES])
@pytest.mark.parametrize("one", [CLEAR, BLURRED, Evidence({"mug": 15.0, "cup": 14.0}, 14.2)])
def test_equal_frames_say_no_more_than_one(one: Evidence, count: int) -> None:
    agreed = agree([one] * count)
    assert agreed.none == pytest.approx(one.none)
    assert agreed.items == pytest.approx(dict(one.items))


def test_frames_that_doubt_for_different_reasons_are_together_surer_than_each() -> None:
    # Two views of the mug: one resembles the cup too, the other the jar.
    one, other = (
        Evidence({"mug": 16.0, "cup": 16.0, "jar": 10.0}, 12.0),
        Evidence({"mug": 16.0, "cup": 10.0, "jar": 16.0}, 12.0),
    )
    agreed = agree([one, other])
    assert agreed.best == "mug"
    assert best_chance(agreed) > 0.85 > 0.5 > max(best_chance(one), best_chance(other))


def test_frames_that_contradict_each_other_leave_it_open() -> None:
    one, other = Evidence({"mug": 18.0, "cup": 15.0}, 12.0), Evidence({"mug": 15.0, "cup": 18.0}, 12.0)
    chances = judge(agree([one, other])).probabilities
    assert chances["mug"] == pytest.approx(chances["cup"])
    assert best_chance(one) > 0.9


def test_an_item_that_a_frame_does_not_have_counts_as_its_furthest() -> None:
    agreed = agree([Evidence({"mug": 20.0, "cup": 15.0}, 14.0), Evidence({"jar": 19.0, "cup": 11.0}, 16.0)])
    assert agreed.items == pytest.approx({"mug": 15.5, "cup": 13.0, "jar": 17.0})
    assert agreed.none == pytest.approx(15)


def test_a_frame_without_any_item_speaks_for_none() -> None:
    agreed = agree([CLEAR, Evidence({}, 16.0)])
    assert agreed.items == pytest.approx({"mug": 18.0, "cup": 15.5, "jar": 14.0})
    assert agreed.none == pytest.approx(15)
    assert best_chance(agreed) < best_chance(CLEAR)


def test_the_order_of_the_frames_does_not_matter() -> None:
    forth, back = agree([CLEAR, BLURRED, OTHER]), agree([OTHER, BLURRED, CLEAR])
    assert forth.items == pytest.approx(dict(back.items))
    assert forth.none == pytest.approx(back.none)


def test_a_vote_comes_back_from_json_as_it_was_to_a_thousandth() -> None:
    items = {'it\'s "ä" 日本': 20.1234567, "cup": -3.0}
    first = Vote(NOW_S + 0.123456, Evidence(items, 14.00049), MODEL, fresh=True)
    again = Vote.from_json(first.to_json())
    assert replace(again, evidence=CLEAR) == replace(first, evidence=CLEAR)
    assert again.evidence == Evidence({'it\'s "ä" 日本': 20.123, "cup": -3.0}, 14.0)
    assert Vote.from_json(again.to_json()) == again
    empty = Vote(NOW_S, Evidence({}, 1.0), MODEL)
    assert Vote.from_json(empty.to_json()) == empty


def detailed(found: Evidence, *, none: float = 0.0, **nats: float) -> Evidence:
    """The evidence with a second look, which found these items again."""
    return replace(found, detail=Detail(nats, none))


def test_a_second_look_is_not_watered_down_by_frames_without_one() -> None:
    looked = detailed(BLURRED, none=-2.0, mug=6.0)
    agreed = agree([BLURRED, BLURRED, looked, BLURRED])
    assert agreed.whole.items == pytest.approx(dict(looked.whole.items))
    assert agreed.whole.none == pytest.approx(looked.whole.none)
    assert best_chance(agreed) > 0.95 > 0.5 > best_chance(BLURRED)


def test_several_second_looks_are_averaged_and_an_item_that_one_did_not_find_counts_as_nothing() -> None:
    agreed = agree([detailed(CLEAR, none=-1.0, mug=4.0), detailed(CLEAR, none=1.0, cup=1.0), CLEAR])
    assert agreed.detail == Detail({"mug": 2.0, "cup": 0.5}, 0.0)
    assert agree([CLEAR]).detail is None


def test_a_second_look_counts_beyond_the_newest_frames_while_it_is_young_enough() -> None:
    looked = vote(detailed(CLEAR, mug=3.0), age_s=WINDOW_S - 0.1)
    votes = [vote(age_s=0.1 * (1 + number)) for number in range(FRAMES + 2)]
    assert window([*votes, looked], now()) == [*votes[: FRAMES - 1], looked]
    assert window([*votes, replace(looked, captured_at_s=NOW_S - WINDOW_S - 0.1)], now()) == votes[:7]


def test_a_second_look_decides_which_item_the_window_is_of() -> None:
    # By vectors the cup led a little; the second look found the mug, and so it is no other scene.
    cup = Evidence({"cup": 20.0, "mug": 19.0, "jar": 5.0}, 14.0)
    looked = vote(detailed(cup, mug=5.0))
    assert looked.evidence.whole.best == "mug"
    assert window([looked], now(cup)) == [looked]
    jar = Evidence({"jar": 20.0, "cup": 19.0, "mug": 15.0}, 14.0)
    assert window([looked], now(jar)) == []


def test_a_second_look_ends_with_what_it_was_of() -> None:
    # The mug has left, and what is there now is like nothing of the catalogue, a little most like the mug.
    looked = vote(detailed(CLEAR, none=-4.0, mug=6.0))
    nothing = Evidence({"mug": 9.0, "cup": 8.5, "jar": 8.0}, 14.0)
    (kept,) = window([looked], now(nothing))
    assert kept == replace(looked, evidence=CLEAR)
    # A little worse than when it was looked at is still the same.
    worse = Evidence({"mug": 18.0, "cup": 15.0, "jar": 12.0}, 14.0)
    assert window([looked], now(worse)) == [looked]


def test_a_vote_of_an_earlier_version_is_read() -> None:
    old = '{"t":1.5,"items":{"mug":2.0},"none":1.0,"model":"0123456789ab","fresh":true}'
    read = Vote.from_json(old)
    assert read == Vote(1.5, Evidence({"mug": 2.0}, 1.0), "0123456789ab", fresh=True)
    assert not read.detailed


def test_all_that_a_vote_says_comes_back_from_json() -> None:
    scenes = Scenes(5.25, 3.125)
    said = Vote(NOW_S, detailed(CLEAR, none=-1.5, mug=2.25), MODEL, likely=0.75, scenes=scenes)
    assert Vote.from_json(said.to_json()) == said
    assert said.detailed


def test_an_evidence_knows_its_best_and_its_furthest_item() -> None:
    assert (CLEAR.best, CLEAR.floor) == ("mug", 12.0)
    assert (Evidence({}, 14.0).best, Evidence({}, 14.0).floor) == (None, 14.0)


def test_what_a_scene_shows_is_what_all_its_frames_show_best_together() -> None:
    random = np.random.default_rng(3)
    names = [f"item-{number}" for number in range(12)]
    for spread in (0.2, 2.0, 8.0):
        for _ in range(60):
            frames = []
            for _ in range(int(random.integers(1, FRAMES))):
                some = random.permutation(names)[:6].tolist()
                frames.append(
                    Evidence(dict(zip(some, (spread * random.random(6)).tolist(), strict=True)), 1.0)
                )
            assert favourite(frames) == agree(frames).best
    assert favourite([]) is None
    assert favourite([Evidence({}, 1.0)]) is None


def test_a_process_knows_of_its_own_vote_what_others_read_of_it() -> None:
    detail = Detail({"mug": 1.23456}, -0.98765)
    evidence = Evidence({"mug": 20.12345, "cup": -3.00049}, 14.00049, detail)
    for own in (evidence, replace(evidence, detail=None)):
        text, kept = Vote(NOW_S, own, MODEL, still_s=3.0, likely=0.123456, scenes=Scenes(1.23456, 0.5)).kept()
        assert kept == Vote.from_json(text)
