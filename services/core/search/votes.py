"""Agreement over a camera's last frames: each frame's evidence is a vote, kept in the match queue."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import repeat
from operator import add

from services.core.evidence import Detail, Evidence, Vote

# A camera's window of votes: their largest number, and their largest age when the scene last changed.
FRAMES = 8
WINDOW_S = 1.5
# Number of votes that are kept: more than a window holds, so that at ten frames a second the one with a
# second look, of which there is at most one a second, is still among them.
KEPT = 16
# Nats below the frame's best at which the window's favourite counts as gone: another item is shown.
CHANGED = 4.0
# Nats by which an item may fit a frame worse, by vectors, than the one that had a second look of it.
FADED = 3.0


def window(votes: Sequence[Vote], now: Vote) -> list[Vote]:
    """The earlier votes, newest first, of the scene that `now` sees: near in time, and of the same item.

    Beyond as many as a window holds only those with a second look count.
    """
    chosen: list[Vote] = []
    for place, vote in enumerate(votes):
        age_s = now.captured_at_s - vote.captured_at_s
        if age_s < 0:  # by a clock that was wrong then
            continue
        # A still scene gives frames rarely, and the frames before it went still show that scene too.
        if age_s > WINDOW_S + now.still_s or vote.model != now.model:
            break
        if place < FRAMES - 1 or vote.detailed:
            chosen.append(vote)
        if vote.fresh:
            break
    shown = favourite([vote.evidence for vote in chosen])
    seen = now.evidence.whole
    if shown is None or seen.best is None:
        return []
    # A frame that fits the favourite badly, beside another that fits well, shows another item.
    below = seen.items[seen.best] - seen.items.get(shown, seen.floor)
    return [] if below > CHANGED else [_still_true(vote, shown, now.evidence) for vote in chosen]


def favourite(evidence: Sequence[Evidence]) -> str | None:
    """The item that fits several frames best, together.

    Mostly each frame's own best has it: no other item can have more than the frames' seconds together.
    """
    if not evidence:
        return None
    if all(each.detail is None for each in evidence):
        bests = dict.fromkeys(each.best for each in evidence if each.best is not None)
        totals = {best: sum([each.items.get(best, each.floor) for each in evidence]) for best in bests}
        first = max(totals, key=totals.__getitem__, default=None)
        others = [total for best, total in totals.items() if best != first]
        if first is not None and totals[first] > max([sum([each.second for each in evidence]), *others]):
            return first
    return agree(evidence).whole.best


def _still_true(vote: Vote, favourite: str, now: Evidence) -> Vote:
    """The vote, without its second look if the favourite has gone since then and nothing has come instead."""
    then = vote.evidence
    if then.detail is None or _fit(now, favourite) >= _fit(then, favourite) - FADED:
        return vote
    return replace(vote, evidence=replace(then, detail=None))


def _fit(seen: Evidence, item_id: str) -> float:
    """The nats of an item over none, by vectors alone."""
    return seen.items.get(item_id, seen.floor) - seen.none


def agree(evidence: Sequence[Evidence], ids: Collection[str] | None = None) -> Evidence:
    """The mean evidence of several frames, for `ids` alone or for all items that any of them is for.

    That of second looks is apart, the mean of those frames that had one.

    Not their sum: what blurs or covers a frame differs in the next and averages out, but a stranger that
    looks like an item does so in every frame, and more frames must not make that surer.
    """
    if ids is None:
        items = dict[str, float]()  # in the order of their first frame
        for each in evidence:
            items.update(each.items)
        ids = items
    # A frame's numbers at once: this is done at each frame, for some hundred numbers.
    totals = [0.0] * len(ids)
    for each in evidence:
        totals = list(map(add, totals, map(each.items.get, ids, repeat(each.floor))))
    count = len(evidence)
    items = {item_id: total / count for item_id, total in zip(ids, totals, strict=True)}
    details = [each.detail for each in evidence if each.detail is not None]
    return Evidence(items, sum(each.none for each in evidence) / len(evidence), _mean_detail(details))


def _mean_detail(details: Sequence[Detail]) -> Detail | None:
    """The mean of second looks, which frames without one do not water down; None without any."""
    if not details:
        return None
    ids = dict.fromkeys(item_id for each in details for item_id in each.items)
    items = {item_id: sum(each.items.get(item_id, 0.0) for each in details) / len(details) for item_id in ids}
    return Detail(items, sum(each.none for each in details) / len(details))
