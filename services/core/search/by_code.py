"""Barcodes and QR codes beside the picture: what they make of a record.

A code counts ODDS to 1 for its item. An item that the picture does not show at all is as likely, before its
code is counted, as a small part of "none of them": a thing may be held with the side of its code, of which
the catalogue has no picture. All numbers are chosen, not learned
(docs/decisions/a-code-beside-the-picture.md).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import islice

from common.codes import Code
from services.core.domain import ItemFacts
from services.core.records import CodeWord, FoundCode, Match, MatchRecord, Neighbour, Verdict
from services.core.search.item_codes import code_keys, gtin_keys, host_of, ids_in, item_keys, names_id
from services.core.search.shown_items import ShownItems
from services.core.search.verdict import MATCH_FROM
from services.core.search.view import View

# The odds of a code on the thing for its item, and the chance of an item that the picture does not show, as a
# share of that of "none of them".
ODDS = 300.0
UNSEEN = 0.02
# The least chance of an item that a code names: no picture is surer than that.
LEAST = 0.001
# Items of one code, as of several sizes or of the same item twice.
_MOST_ITEMS = 6


def judged_by_codes(record: MatchRecord, view: View | None, shown: ShownItems, *, k: int) -> MatchRecord:
    """The record with the codes of its frame, and with the verdict and the scores that these lead to."""
    seen = record.observation.codes
    items_of = [_items_of(code, view, shown) for code in seen]
    named = {item_id: item for items in items_of for item_id, item in items.items()}
    if not named:
        return _with_unknown(record, seen)
    decided = _decided(record, named, shown, k=k)
    best = decided.matches[0].item.id
    found = tuple(FoundCode(code, _one_of(items, best)) for code, items in zip(seen, items_of, strict=True))
    return replace(decided, codes=found, code=_word(record, decided, named.keys()), wants_details=False)


def _one_of(items: Mapping[str, ItemFacts], best: str) -> str | None:
    """The item that a code stands for: the best match if it is one of its items, else its only one."""
    return best if best in items else next(iter(items)) if len(items) == 1 else None


def _with_unknown(record: MatchRecord, codes: Sequence[Code]) -> MatchRecord:
    """The record with codes that no item has; one with a barcode of its own can't be what has another."""
    found = tuple(FoundCode(code, None) for code in codes)
    best = record.matches[0].item if record.matches else None
    own = gtin_keys(best) if best is not None else set()
    others = [code for code in codes if code.kind != "qr"]
    if record.verdict is Verdict.MATCH and own and others:
        return replace(record, codes=found, code="contradicts", verdict=Verdict.UNSURE)
    return replace(record, codes=found)


def _items_of(code: Code, view: View | None, shown: ShownItems) -> dict[str, ItemFacts]:
    """The items that have a code, by id."""
    found = dict[str, ItemFacts]()
    if view is None:
        return found
    keys = code_keys(code)
    for item_id in view.codes.items(keys):
        item = view.facts.get(item_id)
        # Its codes may have changed since.
        if item is not None and item_keys(item) & keys:
            found[item_id] = item
    for item_id in ids_in(code):
        item = view.facts.get(item_id)
        if item is not None and names_id(code, item_id, {host_of(item.link), host_of(shown.of(item).url)}):
            found[item_id] = item
    return dict(islice(found.items(), _MOST_ITEMS))


@dataclass(frozen=True, slots=True)
class _Group:
    """Items that no camera can tell apart, or one item, and the chance that one of them is shown."""

    ids: tuple[str, ...]
    chance: float


def _decided(
    record: MatchRecord, named: Mapping[str, ItemFacts], shown: ShownItems, *, k: int
) -> MatchRecord:
    """The record with the probabilities of the picture and the codes together."""
    groups = _groups(record)
    none = max(0.0, 1.0 - sum(group.chance for group in groups))
    split = [part for group in groups for part in _split(group, named.keys())]
    known = {item_id for group in split for item_id in group.ids}
    split += [_Group((item_id,), 0.0) for item_id in named if item_id not in known]
    least = max(LEAST, UNSEEN * none)
    weights = [max(group.chance, least) * ODDS if group.ids[0] in named else group.chance for group in split]
    total = sum(weights) + none
    pairs = list(zip(split, weights, strict=True))
    chances = {item_id: weight / total for group, weight in pairs for item_id in group.ids}
    best, most = max(pairs, key=lambda pair: pair[1])
    matches = _matches(record, named, chances, shown)[:k]
    equals = tuple(match.item.id for match in matches if match.item.id in best.ids)
    return replace(
        record,
        # A match by the picture alone is none beside a code of another item.
        verdict=Verdict.MATCH if best.ids[0] in named and most / total >= MATCH_FROM else Verdict.UNSURE,
        matches=matches,
        equals=equals if len(equals) > 1 else (),
    )


def _groups(record: MatchRecord) -> list[_Group]:
    """The matches, those that are equal as one."""
    others = [match for match in record.matches if match.item.id not in record.equals]
    alone = [_Group((match.item.id,), match.score) for match in others]
    return [_Group(record.equals, record.matches[0].score), *alone] if record.equals else alone


def _split(group: _Group, named: AbstractSet[str]) -> list[_Group]:
    """The part of a group that codes name, and the rest: codes tell equals apart."""
    parts = [tuple(i for i in group.ids if i in named), tuple(i for i in group.ids if i not in named)]
    return [_Group(ids, group.chance * len(ids) / len(group.ids)) for ids in parts if ids]


def _matches(
    record: MatchRecord, named: Mapping[str, ItemFacts], chances: Mapping[str, float], shown: ShownItems
) -> tuple[Match, ...]:
    """All matches and those that codes added, the likeliest first; of these no distance is known."""
    have = {match.item.id for match in record.matches}
    more = [shown.of(item) for item_id, item in named.items() if item_id not in have]
    added = [Match(each.item, Neighbour(each.item.id, math.nan), each.url, 0.0, each) for each in more]
    scored = [replace(match, score=chances[match.item.id]) for match in (*record.matches, *added)]
    return tuple(sorted(scored, key=lambda match: match.score, reverse=True))


def _word(before: MatchRecord, after: MatchRecord, named: AbstractSet[str]) -> CodeWord:
    """How codes and picture go together, by the record of the picture alone."""
    looked_like = set(before.equals) or {match.item.id for match in before.matches[:1]}
    if before.verdict is Verdict.MATCH:
        return "agrees" if looked_like & named else "contradicts"
    return "decides" if after.verdict is Verdict.MATCH else "unclear"
