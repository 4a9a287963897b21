"""The use case of the search: from observations to match records."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from common.wire import Observation
from services.core.camera_mean import CameraMean, learned
from services.core.domain import ItemFacts
from services.core.evidence import Vote
from services.core.ports import Memory
from services.core.records import Judgement, Match, MatchRecord, Neighbour, Verdict
from services.core.scenes import Scenes
from services.core.search.by_code import judged_by_codes
from services.core.search.equals import first_equals
from services.core.search.nearest import nearest_items
from services.core.search.point_cache import PointsKey
from services.core.search.second_look import FIRST, Looked, SecondLook, reordered
from services.core.search.shown_items import ShownItems
from services.core.search.tally import LookEnd, Tally
from services.core.search.verdict import CANDIDATES, judge
from services.core.search.view import View
from services.core.search.votes import FRAMES, agree, window

# Probabilities of the best item between which a second look may change the answer.
UNCLEAR_FROM, UNCLEAR_TO = 0.04, 0.9
# Number of a frame's runners-up that may become matches, if its camera's last frames showed them.
RUNNERS_UP = 2


@dataclass(frozen=True, slots=True)
class Lookup:
    """Answers observations from the follower's view; only a second look reads the store."""

    picture_url: Callable[[ItemFacts], str]
    k: int
    max_age_s: float
    second_look: SecondLook | None = None
    tally: Tally | None = None
    shown: ShownItems = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shown", ShownItems(self.picture_url))

    def answer(
        self,
        batch: Sequence[Observation],
        view: View | None,
        *,
        k: int | None = None,
        memories: Mapping[str, Memory] | None = None,
    ) -> list[MatchRecord]:
        """One record an observation, in their order; all vectors are searched in one call.

        `view` must be of the observations' model and dimension; with None (an empty catalogue) no record
        has a match. `memories` are what is remembered of the cameras, by thing. Those with local features get
        a second look, for all of which it waits DEADLINE_S at most.
        """
        started_s, k = time.time(), k or self.k
        nearest = nearest_items(batch, view, memories or {}, k=max(k + RUNNERS_UP, CANDIDATES))
        due_s = self.second_look.due_s() if self.second_look else 0.0
        facts = view.facts if view else {}
        records = []
        for seen, neighbours in zip(batch, nearest, strict=True):
            # An item that has gone since the search has no facts any more.
            items = {n.item_id: item for n in neighbours if (item := facts.get(n.item_id)) is not None}
            found = [neighbour for neighbour in neighbours if neighbour.item_id in items]
            found = self._look_again(seen, found, items, due_s=due_s)
            memory = (memories or {}).get(seen.thing)
            records.append(self._record(seen, view, found, items, memory, k=k, started_s=started_s))
        return records

    def _record(
        self,
        seen: Observation,
        view: View | None,
        found: Sequence[Neighbour],
        items: Mapping[str, ItemFacts],
        memory: Memory | None,
        *,
        k: int,
        started_s: float,
    ) -> MatchRecord:
        """The record of an observation by its nearest items, whose facts are `items`."""
        searched_at_s, said = time.time(), memory.votes if memory else ()
        decision = decide(seen, view, found, said)
        near = _favoured(found, said, count=k + RUNNERS_UP)
        matches = tuple(self._matches(near, items, decision.judgement, k=k))
        equals = tuple(m.item.id for m in matches if m.item.id in decision.judgement.equals)
        record = MatchRecord(
            observation=seen,
            model=view.model if view else seen.model,
            verdict=decision.judgement.verdict,
            matches=matches,
            searched_at_s=searched_at_s,
            expires_at_s=seen.captured_at_s + self.max_age_s,
            timings_ms=_timings(seen, started_s=started_s, searched_at_s=searched_at_s),
            frames=decision.frames,
            vote=decision.vote,
            equals=equals if len(equals) > 1 else (),
            mean=_learned_mean(seen, view, memory),
            wants_details=self._looks_again(seen, decision),
        )
        return judged_by_codes(record, view, self.shown, k=k) if seen.codes else record

    def _looks_again(self, seen: Observation, decision: Decision) -> bool:
        """Whether local features of the camera's next frame would be of use."""
        return self.second_look is not None and decision.is_open and seen.session is not None

    def _look_again(
        self, seen: Observation, found: list[Neighbour], items: Mapping[str, ItemFacts], *, due_s: float
    ) -> list[Neighbour]:
        """The neighbours with a second look's inliers in another order, or as they are if there was none."""
        if self.second_look is None or seen.local is None or not found:
            return found
        keys = [PointsKey.of(items[neighbour.item_id]) for neighbour in found[:FIRST]]
        began_s = time.monotonic()
        looked = self.second_look.look(seen.local, keys, due_s=due_s)
        again = found if looked is None else reordered(found, looked.inliers)
        if self.tally is not None:
            took_s = None if looked is None else time.monotonic() - began_s
            is_changed = again[0].item_id != found[0].item_id
            self.tally.looked(_end(looked, is_changed=is_changed), took_s=took_s)
        return again

    def _matches(
        self, near: Sequence[Neighbour], items: Mapping[str, ItemFacts], judgement: Judgement, *, k: int
    ) -> list[Match]:
        """The `k` first neighbours as matches, the likeliest first; of equals the one with most evidence."""
        chance, equals = judgement.probabilities, judgement.equals
        likely = sorted(
            near,
            key=lambda n: (chance.get(n.item_id, 0.0), n.item_id in equals, equals.get(n.item_id, 0.0)),
            reverse=True,
        )[:k]
        shown = [self.shown.of(items[n.item_id]) for n in likely]
        return [
            Match(item.item, n, item.url, chance.get(n.item_id, 0.0), item)
            for n, item in zip(likely, shown, strict=True)
        ]


def _end(looked: Looked | None, *, is_changed: bool) -> LookEnd:
    """What became of a frame's local features."""
    if looked is None:
        return "busy"
    if not looked.is_whole:
        return "late"
    return "changed" if is_changed else "kept"


@dataclass(frozen=True, slots=True)
class Decision:
    """The judgement of a frame, the number of frames behind it, and the frame's own vote for later ones.

    It `is_open` where a second look might change it.
    """

    judgement: Judgement
    frames: int
    vote: Vote | None
    is_open: bool = False


def decide(
    seen: Observation, view: View | None, neighbours: Sequence[Neighbour], earlier: Sequence[Vote]
) -> Decision:
    """Judge a frame by its nearest items, nearest first, and its camera's earlier votes, newest first."""
    if view is None:
        return Decision(Judgement(Verdict.NO_MATCH, {}), 1, None)
    first = first_equals(neighbours)
    evidence = view.calibration.evidence(neighbours, first)
    vote = Vote(seen.captured_at_s, evidence, view.model, still_s=seen.still_s)
    agreeing = window(earlier, vote)
    # An item that is no neighbour of this frame (it may be gone) cannot be shown, so it is not judged either.
    agreed = agree([evidence, *(each.evidence for each in agreeing)], evidence.items)
    scenes = _scenes(earlier, view, ended=not agreeing)
    judgement = judge(agreed, first, no_match_below=scenes.no_match_below)
    likely = max(judgement.probabilities.values(), default=0.0)
    # A scene is as clear as in its clearest frame: a thing that slides out of it leaves an empty desk behind.
    peak = max(likely, earlier[0].likely) if agreeing else likely
    vote = replace(vote, fresh=not agreeing, likely=peak, scenes=scenes)
    settled = any(each.detailed for each in (vote, *agreeing))
    is_open = UNCLEAR_FROM <= likely <= UNCLEAR_TO and not settled
    return Decision(judgement, min(1 + len(agreeing), FRAMES), vote, is_open)


def _scenes(earlier: Sequence[Vote], view: View, *, ended: bool) -> Scenes:
    """How the camera's scenes ended, as its newest vote has it; one that has just ended is added."""
    if not earlier or earlier[0].model != view.model:
        return Scenes()
    last = earlier[0]
    return last.scenes.after(last.likely) if ended else last.scenes


def _favoured(neighbours: Sequence[Neighbour], earlier: Sequence[Vote], *, count: int) -> list[Neighbour]:
    """The candidates for the best: the nearest neighbours, and those that the camera's last frames showed."""
    favourites = {vote.evidence.whole.best for vote in earlier}
    return [*neighbours[:count], *(n for n in neighbours[count:] if n.item_id in favourites)]


def _learned_mean(seen: Observation, view: View | None, memory: Memory | None) -> CameraMean | None:
    """The camera's mean with this frame; None if it stays as it is, or nothing is remembered of it."""
    if view is None or memory is None:
        return None
    return learned(memory.mean, view.model, seen.vectors, view.space.camera_mean)


def _timings(seen: Observation, *, started_s: float, searched_at_s: float) -> dict[str, float]:
    """Milliseconds of the camera's stages, of the way from there to the search, and of the search."""
    timings = dict(seen.timings_ms)
    if seen.session is not None:
        since_capture_ms = (started_s - seen.captured_at_s) * 1000
        timings["transport"] = max(0.0, since_capture_ms - sum(seen.timings_ms.values()))
    timings["search"] = (searched_at_s - started_s) * 1000
    return timings
