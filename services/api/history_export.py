"""The history as a file: CSV for spreadsheets, or JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from services.api.stream import json_lines
from services.contract.history_models import ShowingAnswer
from services.core.csv_lines import csv_line

_COLUMNS = (
    "id", "camera", "began_at", "ended_at", "verdict", "item", "title", "score", "price", "runners_up",
    "frames", "latency_ms", "feedback", "review", "reviewed_item",
)  # fmt: skip


def as_csv(showings: Iterable[ShowingAnswer]) -> Iterator[str]:
    """The lines of a table; a text that a spreadsheet would compute has an apostrophe before it."""
    yield csv_line(_COLUMNS)
    for each in showings:
        yield csv_line(_row(each))


def as_json(showings: Iterable[ShowingAnswer]) -> Iterator[str]:
    """One JSON object, a line a showing."""
    return json_lines("showings", showings)


FORMS: dict[str, tuple[str, Callable[[Iterable[ShowingAnswer]], Iterator[str]]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "json": ("application/json", as_json),
}


def _row(showing: ShowingAnswer) -> tuple[Any, ...]:
    """The values of a showing, in the order of _COLUMNS."""
    item = showing.item
    return (
        showing.id,
        showing.thing,
        showing.began_at,
        showing.ended_at,
        showing.verdict,
        item and item.id,
        item and item.title,
        showing.score,
        showing.price,
        "; ".join(f"{other.id} {other.score:.2f}" for other in showing.runners_up),
        showing.frames,
        showing.latency_ms,
        showing.feedback,
        showing.review,
        showing.reviewed_item,
    )
