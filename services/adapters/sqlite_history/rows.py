"""Conversion between showings and the rows of the table."""

from __future__ import annotations

import json
from typing import Any

from common.compact_json import to_compact_json
from services.core.history.showing import Guess, Review, Said, SaidOf, Showing
from services.core.records import Verdict

# What the cameras showed; the rest of a row is what people said, and whether there is a picture.
SHOWN = (
    "id", "thing", "began", "seen", "expires", "ended", "verdict", "item", "guesses", "metadata", "link",
    "session", "seq", "box", "last_record", "frames", "latency_ms",
)  # fmt: skip
SAID = ("feedback", "said", "reviewed_item", "said_record", "said_before")
COLUMNS = ", ".join((*SHOWN, "has_picture", *SAID))


def row_of(showing: Showing) -> tuple[Any, ...]:
    """A row, in the order of SHOWN."""
    return (
        showing.id,
        showing.thing,
        _ms(showing.began_at_s),
        _ms(showing.seen_at_s),
        _ms(showing.expires_at_s),
        showing.ended,
        str(showing.verdict),
        showing.item and showing.item.id,
        to_compact_json([[each.id, each.title, each.score] for each in showing.guesses]),
        to_compact_json(dict(showing.metadata)),
        showing.link,
        showing.session,
        showing.seq,
        None if showing.box is None else to_compact_json(showing.box),
        showing.last_record,
        showing.frames,
        showing.latency_ms,
    )


def said_row(said: Said) -> tuple[Any, ...]:
    """What people said, in the order of SAID."""
    return (said.feedback, said.review, said.reviewed_item, said.record, said.before)


def showing_of_row(row: tuple[Any, ...]) -> Showing:
    """The showing of a row of COLUMNS."""
    (number, thing, began, seen, expires, ended, verdict, _item, guesses, metadata, link, session, seq, box,
     last_record, frames, latency_ms, has_picture, feedback, review, reviewed_item, record,
     before) = row  # fmt: skip
    return Showing(
        id=number,
        thing=thing,
        began_at_s=began / 1000,
        seen_at_s=seen / 1000,
        verdict=Verdict(verdict),
        guesses=tuple(Guess(*each) for each in json.loads(guesses)),
        last_record=last_record,
        expires_at_s=expires / 1000,
        ended=bool(ended),
        metadata=json.loads(metadata),
        link=link,
        session=session,
        seq=seq,
        box=None if box is None else tuple(json.loads(box)),
        frames=frames,
        latency_ms=latency_ms,
        has_picture=bool(has_picture),
        said=Said(
            feedback=feedback and SaidOf(feedback),
            review=review and Review(review),
            reviewed_item=reviewed_item,
            record=record,
            before=before and SaidOf(before),
        ),
    )


def _ms(at_s: float) -> int:
    return round(at_s * 1000)
