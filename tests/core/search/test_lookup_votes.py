"""Votes of a camera's last frames in the answer to the next one."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from common.wire import Vectors
from services.core.domain import ItemFacts
from services.core.evidence import Vote
from services.core.ports import Memory
from services.core.records import MatchRecord, Verdict
from services.core.search.follow import Follower
from services.core.search.lookup import Lookup
from services.core.search.verdict import MATCH_FROM
from services.core.search.view import View
from services.core.search.votes import FRAMES, KEPT, WINDOW_S
from tests.fakes import OTHER_MODEL, FakeIndex, FakeItems, make_item, make_observation

DIM = 64
START_S = 1_000_000_000.0


def axis(number: int) -> Vectors:
    return np.eye(1, DIM, number, dtype=np.float32)


def seeing(cosines: Mapping[int, float]) -> Vectors:
    """A frame with these cosines to the items of these numbers, and 0 to all others."""
    frame = np.zeros((1, DIM), np.float32)
    for number, cosine in cosines.items():
        frame[0, number] = cosine
    frame[0, -1] = math.sqrt(1 - float((frame**2).sum()))
    return frame


CLEAR, OTHER, STRANGER = seeing({3: 0.8}), seeing({8: 0.8}), seeing({})
BLURRED = seeing({3: 0.25, 8: 0.26})
DOUBTFUL = seeing({3: 0.11})


class VotingCamera:
    """Shows frame after frame, and gets the earlier votes back as from the match queue."""

    def __init__(self, count: int = 40) -> None:
        self.store = FakeItems(make_item(f"item-{number}", axis(number)) for number in range(count))
        self.follower = Follower(self.store, make_index=lambda _model, dim: FakeIndex(dim=dim))
        self.follower.follow()
        assert self.follower.view is not None
        self.view: View = self.follower.view
        self.lookup = Lookup(picture_url=picture_url, k=6, max_age_s=5.0)
        self.votes: list[Vote] = []
        self.at_s = START_S

    def show(self, views: Vectors, *, after_s: float = 0.1, still_s: float = 0.0) -> MatchRecord:
        self.at_s += after_s
        record = self.answer(views, self.votes, still_s=still_s)
        assert record.vote is not None
        self.votes = [record.vote, *self.votes][:KEPT]
        return record

    def answer(self, views: Vectors, earlier: Sequence[Vote], *, still_s: float = 0.0) -> MatchRecord:
        seen = replace(make_observation(views, at_s=self.at_s), still_s=still_s)
        (record,) = self.lookup.answer([seen], self.view, memories={seen.thing: Memory(earlier)})
        return record


def picture_url(item: ItemFacts) -> str:
    return item.id


def best(record: MatchRecord) -> str:
    return record.matches[0].item.id


def test_a_blurred_frame_after_clear_ones_keeps_the_item() -> None:
    camera = VotingCamera()
    assert camera.answer(BLURRED, []).verdict is not Verdict.MATCH
    for _ in range(5):
        assert best(camera.show(CLEAR)) == "item-3"
    record = camera.show(BLURRED)
    assert (best(record), record.verdict, record.frames) == ("item-3", Verdict.MATCH, 6)


def test_a_new_item_wins_at_once_and_begins_a_window_of_its_own() -> None:
    camera = VotingCamera()
    for _ in range(FRAMES):
        camera.show(CLEAR)
    records = [camera.show(OTHER), camera.show(OTHER), camera.show(BLURRED)]
    assert [best(record) for record in records] == ["item-8"] * 3
    assert [record.frames for record in records] == [1, 2, 3]
    assert records[0].verdict is Verdict.MATCH


def test_a_stranger_after_an_item_is_no_match_once_the_item_is_out_of_the_window() -> None:
    camera = VotingCamera()
    for _ in range(5):
        camera.show(CLEAR)
    record = camera.show(STRANGER, after_s=WINDOW_S + 1)
    assert (record.verdict, record.frames) == (camera.answer(STRANGER, []).verdict, 1)
    assert record.verdict is not Verdict.MATCH


def test_a_still_scene_s_heartbeats_agree_with_what_was_seen_before_it_went_still() -> None:
    camera = VotingCamera()
    for _ in range(5):
        camera.show(CLEAR)
    records = [camera.show(BLURRED, after_s=2, still_s=2 * beat) for beat in (1, 2)]
    assert [record.frames for record in records] == [6, 7]
    assert [best(record) for record in records] == ["item-3"] * 2
    assert camera.show(BLURRED, after_s=2).frames == 1


def test_frames_are_counted_up_to_a_full_window() -> None:
    camera = VotingCamera()
    counted = [camera.show(CLEAR).frames for _ in range(FRAMES + 2)]
    assert counted == [*range(1, FRAMES + 1), FRAMES, FRAMES]
    assert [vote.fresh for vote in camera.votes] == [*[False] * (FRAMES + 1), True]
    assert camera.show(CLEAR, after_s=WINDOW_S + 0.1).frames == 1
    assert camera.votes[0].fresh


def test_doubtful_frames_of_one_item_beside_different_others_are_surer_than_one() -> None:
    camera = VotingCamera()
    scores = [camera.show(seeing({3: 0.33, other: 0.325})).matches[0].score for other in (5, 6, 7)]
    assert scores[0] < MATCH_FROM
    assert scores == sorted(set(scores))
    assert camera.show(seeing({3: 0.33, 8: 0.325})).verdict is Verdict.MATCH


def test_a_stranger_that_looks_a_little_like_an_item_grows_no_surer_with_each_frame() -> None:
    camera = VotingCamera()
    records = [camera.show(DOUBTFUL) for _ in range(FRAMES)]
    assert [record.matches[0].score for record in records] == pytest.approx(
        [records[0].matches[0].score] * FRAMES
    )
    assert {record.verdict for record in records} == {Verdict.UNSURE}


def test_a_vote_is_the_frames_own_evidence_not_the_agreed_one() -> None:
    camera = VotingCamera()
    for _ in range(3):
        camera.show(CLEAR)
    after = camera.show(BLURRED).vote
    alone = camera.answer(BLURRED, []).vote
    assert alone is not None
    assert after is not None
    assert after == replace(alone, fresh=False, likely=after.likely)
    assert after.likely > alone.likely
    assert (alone.model, alone.captured_at_s) == (camera.view.model, camera.at_s)


def test_votes_of_another_model_or_another_camera_have_no_say() -> None:
    camera = VotingCamera()
    for _ in range(5):
        camera.show(CLEAR)
    alone = camera.answer(BLURRED, [])
    foreign = camera.answer(BLURRED, [replace(vote, model=OTHER_MODEL) for vote in camera.votes])
    seen = make_observation(BLURRED, thing="cam-2", at_s=camera.at_s)
    (elsewhere,) = camera.lookup.answer([seen], camera.view, memories={"cam-1": Memory(camera.votes)})
    for record in (foreign, elsewhere):
        assert [m.score for m in record.matches] == [m.score for m in alone.matches]
        assert record.frames == 1


def test_the_verdict_speaks_of_a_match_that_is_shown_even_if_14_others_are_nearer_now() -> None:
    camera = VotingCamera()
    for _ in range(FRAMES - 1):
        camera.show(seeing({14: 0.8}))
    faint = seeing({number: 0.12 - 0.001 * number for number in range(40)})
    assert "item-14" not in [match.item.id for match in camera.answer(faint, []).matches]
    record = camera.show(faint)
    assert (best(record), record.verdict, record.frames) == ("item-14", Verdict.MATCH, FRAMES)
    assert record.matches[0].score >= MATCH_FROM
    assert len(record.matches) == 6


@pytest.mark.parametrize("gone_from", ["index and facts", "facts alone"])
def test_an_item_that_was_deleted_meanwhile_has_no_part_in_what_is_said(gone_from: str) -> None:
    camera = VotingCamera()
    for _ in range(FRAMES - 1):
        camera.show(seeing({3: 0.5, 8: 0.47}))
    if gone_from == "facts alone":
        facts = {item_id: item for item_id, item in camera.view.facts.items() if item_id != "item-3"}
        camera.view = replace(camera.view, facts=facts)
    else:
        camera.store.delete("item-3")
        camera.follower.follow()
    record = camera.show(seeing({3: 0.15, 8: 0.1}))
    assert (best(record), record.verdict, record.frames) == ("item-8", Verdict.MATCH, FRAMES)
    assert record.matches[0].score >= MATCH_FROM


def test_the_margin_is_how_far_the_best_is_ahead() -> None:
    camera = VotingCamera()
    record = camera.show(BLURRED)
    scores = [match.score for match in record.matches]
    assert record.margin == pytest.approx(scores[0] - scores[1])
    assert 0 < record.margin < camera.show(CLEAR).margin
    fields = json.loads(record.to_json())
    assert (fields["margin"], fields["frames"]) == (round(record.margin, 4), 1)
    assert "vote" not in fields


def test_the_margin_of_one_match_is_its_score_and_of_none_is_0() -> None:
    record = VotingCamera().show(CLEAR)
    assert replace(record, matches=record.matches[:1]).margin == record.matches[0].score
    assert replace(record, matches=()).margin == 0


def test_a_camera_that_is_sure_of_its_items_takes_a_doubtful_one_for_a_stranger() -> None:
    camera = VotingCamera()
    doubtful = camera.answer(DOUBTFUL, [])
    assert doubtful.verdict is Verdict.UNSURE
    for number in range(30):
        camera.show(seeing({number: 0.8}))
        assert camera.votes[0].fresh
    record = camera.show(DOUBTFUL, after_s=WINDOW_S + 1)
    assert record.matches[0].score == pytest.approx(doubtful.matches[0].score)
    assert record.verdict is Verdict.NO_MATCH
    # One scene is one scene, however long it lasts, and a search with another model begins again.
    scenes = [camera.show(DOUBTFUL) and camera.votes[0].scenes for _ in range(3)]
    assert len(set(scenes)) == 1
    foreign = [replace(vote, model=OTHER_MODEL) for vote in camera.votes]
    assert camera.answer(DOUBTFUL, foreign).verdict is Verdict.UNSURE


def test_a_scene_counts_as_in_its_clearest_frame() -> None:
    camera = VotingCamera()
    for _ in range(3):
        camera.show(CLEAR)
    sure = camera.votes[0].likely
    for _ in range(FRAMES):
        camera.show(seeing({3: 0.02}))
    assert camera.votes[0].likely == pytest.approx(sure)
    camera.show(OTHER)
    assert [vote.fresh for vote in camera.votes[:2]] == [True, False]
    assert camera.votes[0].scenes == camera.votes[1].scenes.after(sure)
