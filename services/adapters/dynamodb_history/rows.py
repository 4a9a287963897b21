"""Conversion between showings and the rows of the table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from common.compact_json import to_compact_json
from services.adapters.dynamodb_history.layout import GONE_AT, OPEN, SHOWING, WAITING
from services.adapters.dynamodb_items.layout import Row, int_of, number, text_of
from services.core.history.ports import Position
from services.core.history.showing import Guess, Review, Said, SaidOf, Showing
from services.core.records import Verdict

# Attributes as botocore takes them; None for one that the row is not to have.
Attributes = dict[str, Any]


def key(showing_id: int) -> Row:
    """A row's key."""
    return {"id": number(showing_id)}


def place_of(at: Position) -> str:
    """A sort key whose order is that of the positions."""
    return f"{at.began_ms:016}-{at.id:020}"


def shown(showing: Showing, said: Said, *, kept_s: float) -> Attributes:
    """What the cameras showed; `said` is what people have said of it, which its mark depends on."""
    box = showing.box
    return {
        "kind": {"S": SHOWING},
        "place": {"S": place_of(Position.of(showing))},
        "thing": {"S": showing.thing},
        "seen": number(_ms(showing.seen_at_s)),
        "expires": number(_ms(showing.expires_at_s)),
        "ended": {"BOOL": showing.ended},
        "verdict": {"S": str(showing.verdict)},
        "item": _text(showing.item.id if showing.item else None),
        "guesses": {"S": to_compact_json([[each.id, each.title, each.score] for each in showing.guesses])},
        "metadata": {"S": to_compact_json(dict(showing.metadata))},
        "link": _text(showing.link),
        "session": _text(showing.session),
        "seq": None if showing.seq is None else number(showing.seq),
        "box": None if box is None else {"S": to_compact_json(box)},
        "last_record": number(showing.last_record),
        "frames": number(showing.frames),
        "latency_ms": None if showing.latency_ms is None else {"N": repr(showing.latency_ms)},
        "mark": mark_of(replace(showing, said=said)),
        GONE_AT: number(int(showing.seen_at_s + kept_s)),
    }


def said_of(said: Said) -> Attributes:
    """What people said."""
    return {
        "feedback": _text(said.feedback),
        "said": _text(said.review),
        "reviewed_item": _text(said.reviewed_item),
        "said_record": None if said.record is None else number(said.record),
        "said_before": _text(said.before),
    }


def mark_of(showing: Showing) -> dict[str, str] | None:
    """What a showing waits for: its end, or a review."""
    if not showing.ended:
        return {"S": OPEN}
    return {"S": WAITING} if showing.review == Review.OPEN else None


def showing_of_row(row: Row) -> Showing:
    """The showing of a row; raises KeyError, ValueError or TypeError for one that nothing of ours writes."""
    began_ms = int(row["place"]["S"].partition("-")[0])
    box = text_of(row, "box")
    return Showing(
        id=int(row["id"]["N"]),
        thing=row["thing"]["S"],
        began_at_s=began_ms / 1000,
        seen_at_s=int_of(row, "seen") / 1000,
        verdict=Verdict(row["verdict"]["S"]),
        guesses=tuple(Guess(*each) for each in json.loads(row["guesses"]["S"])),
        last_record=int_of(row, "last_record"),
        expires_at_s=int_of(row, "expires") / 1000,
        ended=bool(row["ended"]["BOOL"]),
        metadata=json.loads(row["metadata"]["S"]),
        link=text_of(row, "link"),
        session=text_of(row, "session"),
        seq=int_of(row, "seq") if "seq" in row else None,
        box=None if box is None else tuple(json.loads(box)),
        frames=int_of(row, "frames"),
        latency_ms=float(row["latency_ms"]["N"]) if "latency_ms" in row else None,
        has_picture=bool(row.get("has_picture", {}).get("BOOL")),
        said=said_of_row(row),
    )


def said_of_row(row: Row) -> Said:
    """What people said of a row's showing."""
    feedback, review, before = (text_of(row, name) for name in ("feedback", "said", "said_before"))
    return Said(
        feedback=None if feedback is None else SaidOf(feedback),
        review=None if review is None else Review(review),
        reviewed_item=text_of(row, "reviewed_item"),
        record=int_of(row, "said_record") if "said_record" in row else None,
        before=None if before is None else SaidOf(before),
    )


def update_of(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The update that gives a row these attributes, or takes those that are None from it."""
    names = {f"#{name}": name for name in attributes}
    values = {f":{name}": value for name, value in attributes.items() if value is not None}
    put = ", ".join(f"#{name[1:]} = {name}" for name in values)
    taken = ", ".join(f"#{name}" for name, value in attributes.items() if value is None)
    expression = " ".join([*([f"SET {put}"] if put else []), *([f"REMOVE {taken}"] if taken else [])])
    return {
        "UpdateExpression": expression,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
    }


def _text(value: str | None) -> dict[str, str] | None:
    return None if value is None else {"S": str(value)}


def _ms(at_s: float) -> int:
    return round(at_s * 1000)
