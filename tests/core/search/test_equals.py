"""Items with the same picture, or nearly the same: judged as one, named as such, and no trouble to others."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from common.wire import Vectors, unit
from services.core.domain import EQUAL_FROM, Item
from services.core.ports import Memory
from services.core.records import MatchRecord, Neighbour, Verdict
from services.core.search.equals import first_equals
from services.core.search.follow import Follower
from services.core.search.lookup import Lookup
from services.core.search.sketches import sketched
from services.core.search.verdict import Calibration
from tests.fakes import FakeIndex, FakeItems, make_item, make_observation, vectors

DIM = 64
LOOKUP = Lookup(picture_url=lambda item: f"http://x/{item.id}", k=6, max_age_s=5.0)


def turned(vector: Vectors, cosine: float, *, seed: int) -> Vectors:
    """Vectors at this cosine to a vector, float32 [1, dim]."""
    other = vectors(seed=seed, dim=DIM)[0]
    other -= (other @ vector) * vector
    other /= np.linalg.norm(other)
    return unit(np.array([cosine * vector + (1 - cosine**2) ** 0.5 * other], np.float32))


def articles(sizes: str, *, likeness: float = 1.0, count: int = 12) -> list[Item]:
    """Articles with a picture each, in each of these sizes."""
    items = []
    for number in range(count):
        view = vectors(seed=number, dim=DIM)[0]
        for place, size in enumerate(sizes):
            own = turned(view, likeness, seed=5000 + number * 10 + place) if likeness < 1 else view[None]
            items.append(make_item(f"{number:02}-{size}", own, title=f"{number} {size}"))
    return items


class SketchIndex(FakeIndex):
    """An index whose vectors are elsewhere; with `some`, those of every second item are here."""

    def __init__(self, *, dim: int, some: bool = False) -> None:
        super().__init__(dim=dim)
        self._some = some

    def search(self, vectors: Vectors, *, k: int) -> list[list[Neighbour]]:
        return [[self._sketched(each) for each in found] for found in super().search(vectors, k=k)]

    def _sketched(self, near: Neighbour) -> Neighbour:
        assert near.vector is not None
        if self._some and near.row % 2:
            return near
        return replace(near, vector=None, sketch=sketched(near.vector[None])[0])


def followed(items: list[Item], index: Callable[..., FakeIndex] = FakeIndex) -> Follower:
    following = Follower(FakeItems(items), make_index=lambda _model, dim: index(dim=dim))
    following.follow()
    return following


def answered(following: Follower, seen: Vectors, earlier: list[MatchRecord] | None = None) -> MatchRecord:
    memory = Memory([each.vote for each in earlier or [] if each.vote])
    (record,) = LOOKUP.answer([make_observation(seen)], following.view, memories={"cam-1": memory})
    return record


@pytest.mark.parametrize("likeness", [1.0, 0.995])
@pytest.mark.parametrize("index", [FakeIndex, SketchIndex, partial(SketchIndex, some=True)])
def test_three_sizes_of_an_article_are_one_match_with_its_equals(
    likeness: float, index: Callable[..., FakeIndex]
) -> None:
    following = followed(articles("SML", likeness=likeness), index)
    for number in range(12):
        seen = turned(vectors(seed=number, dim=DIM)[0], 0.8, seed=77)
        record = answered(following, seen)
        assert record.verdict == Verdict.MATCH
        assert sorted(record.equals) == [f"{number:02}-{size}" for size in "LMS"]
        assert [match.item.id for match in record.matches[:3]] == list(record.equals)
        assert len({match.score for match in record.matches[:3]}) == 1
        assert record.margin > 0.5
        told = json.loads(record.to_json())
        assert told["equals"] == list(record.equals)


def test_equals_do_not_change_the_answer_to_the_article() -> None:
    one, three = followed(articles("S")), followed(articles("SML"))
    seen = turned(vectors(seed=3, dim=DIM)[0], 0.8, seed=77)
    scores = [answered(each, seen).matches[0].score for each in (one, three)]
    assert scores[1] == pytest.approx(scores[0], abs=0.05)


def test_an_empty_desk_is_no_match_with_equals_too() -> None:
    desk = vectors(seed=999, dim=DIM)
    shown = np.linalg.qr(np.concatenate([item.vectors for item in articles("S")]).T)[0]
    record = answered(followed(articles("SML")), unit(desk - desk @ shown @ shown.T))
    assert (record.verdict, record.equals) == (Verdict.NO_MATCH, ())


@pytest.mark.parametrize("index", [FakeIndex, SketchIndex])
def test_items_that_only_look_alike_are_no_equals_and_the_record_is_as_before(
    index: Callable[..., FakeIndex],
) -> None:
    following = followed(articles("SM", likeness=0.97), index)  # of the picture; 0.94 of each other
    seen = vectors(seed=4, dim=DIM)
    record = answered(following, seen)
    assert record.equals == ()
    assert "equals" not in json.loads(record.to_json())


def test_feedback_decides_which_of_the_equals_comes_first() -> None:
    following = followed(articles("SML"))
    assert following.view is not None
    leaning = {"05-L": 1.0}
    following.view = replace(following.view, calibration=replace(following.view.calibration, leaning=leaning))
    record = answered(following, turned(vectors(seed=5, dim=DIM)[0], 0.8, seed=77))
    assert (record.equals[0], len(record.equals)) == ("05-L", 3)


def test_equals_agree_over_frames() -> None:
    following = followed(articles("SML", likeness=0.995))
    records: list[MatchRecord] = []
    for frame in range(4):
        seen = turned(vectors(seed=7, dim=DIM)[0], 0.75, seed=300 + frame)
        records.insert(0, answered(following, seen, records))
    assert [record.verdict for record in records] == [Verdict.MATCH] * 4
    assert records[0].frames == 4


def test_neighbours_without_vectors_have_no_equals() -> None:
    index = FakeIndex(dim=DIM)
    bare = [Neighbour("a", 0.1), Neighbour("b", 0.1, sketch=sketched(vectors(dim=DIM))[0])]
    assert first_equals(bare) == {}
    assert first_equals(index.search(vectors(dim=DIM), k=5)[0]) == {}
    assert Calibration().evidence([]).items == {}
    assert 0.9 < EQUAL_FROM < 1
