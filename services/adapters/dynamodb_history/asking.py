"""What a page of the history asks of the table's indexes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.adapters.dynamodb_history.layout import INDEXES, OPEN, SHOWING, WAITING
from services.adapters.dynamodb_history.rows import place_of
from services.core.history.ports import Position, Wanted
from services.core.history.showing import Review, SaidOf
from services.core.records import Verdict

# Behind all places.
_END = "9" * 17
# Showing.review
_TO_REVIEW = (
    "attribute_not_exists(#said) AND "
    "(#feedback = :wrong OR (#verdict = :unsure AND attribute_not_exists(#feedback)))"
)
_TO_REVIEW_VALUES = {":wrong": {"S": str(SaidOf.WRONG)}, ":unsure": {"S": str(Verdict.UNSURE)}}


@dataclass(frozen=True, slots=True)
class Asked:
    """A query of an index; it is `exact` if all that it finds is wanted."""

    request: dict[str, Any]
    exact: bool

    @classmethod
    def of(cls, wanted: Wanted, *, after: Position | None = None, since_s: float | None = None) -> Asked:
        """What finds the wanted showings, newest first, behind a position, of those that began since."""
        index, partition = _index(wanted)
        request: dict[str, Any] = {
            "IndexName": index,
            "ScanIndexForward": False,
            "KeyConditionExpression": "#partition = :partition AND #place BETWEEN :low AND :high",
            "ExpressionAttributeNames": {"#partition": INDEXES[index], "#place": "place"},
            "ExpressionAttributeValues": {":partition": {"S": partition}, **_range(wanted, after, since_s)},
        }
        asked = cls(request, exact=wanted.ended is None or index == "marked")
        for name, value in _equal(wanted).items():
            if name != INDEXES[index]:
                asked.keep(f"#{name} = :{name}", (name,), {f":{name}": {"S": str(value)}})
        if wanted.review == Review.OPEN and (index, partition) != ("marked", WAITING):
            asked.keep(_TO_REVIEW, ("said", "feedback", "verdict"), _TO_REVIEW_VALUES)
        return asked

    def keep(self, condition: str, names: Sequence[str], values: Mapping[str, Any]) -> None:
        """Keep only what fits a condition, which names these attributes as #name."""
        request = self.request
        before = [request["FilterExpression"]] if "FilterExpression" in request else []
        request["FilterExpression"] = " AND ".join([*before, condition])
        request["ExpressionAttributeNames"] |= {f"#{name}": name for name in names}
        request["ExpressionAttributeValues"] |= values


def _index(wanted: Wanted) -> tuple[str, str]:
    """The index with the fewest of others, and its partition."""
    if wanted.ended is False:
        return "marked", OPEN
    if wanted.ended and wanted.review == Review.OPEN:
        return "marked", WAITING
    if wanted.item is not None:
        return "item", wanted.item
    return ("newest", SHOWING) if wanted.thing is None else ("camera", wanted.thing)


def _equal(wanted: Wanted) -> dict[str, object]:
    """The attributes that have to be equal to a value."""
    said = None if wanted.review == Review.OPEN else wanted.review
    asked = {
        "thing": wanted.thing,
        "item": wanted.item,
        "verdict": wanted.verdict,
        "feedback": wanted.feedback,
        "said": said,
    }
    return {name: value for name, value in asked.items() if value is not None}


def _range(wanted: Wanted, after: Position | None, since_s: float | None) -> dict[str, Any]:
    """The places, both inclusive: a time alone comes before all places of that time."""
    lows = [_time(each) for each in (wanted.from_s, since_s) if each is not None]
    highs = [] if wanted.to_s is None else [_time(wanted.to_s)]
    if after is not None:
        ms, number = after.began_ms, after.id
        highs.append(place_of(Position(ms, number - 1)) if number else f"{ms:016}")
    low, high = max(lows, default="0"), min(highs, default=_END)
    return {":low": {"S": low}, ":high": {"S": max(low, high)}}


def _time(at_s: float) -> str:
    return f"{max(0, round(at_s * 1000)):016}"
