"""Showings as JSON, without what the store alone knows: what people said, and whether there is a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.core.history.showing import Guess, Showing
from services.core.records import Verdict

_PLAIN = (
    "id", "thing", "began_at_s", "seen_at_s", "last_record", "expires_at_s", "ended", "link", "session",
    "seq", "frames", "latency_ms",
)  # fmt: skip


def showing_to_json(showing: Showing) -> dict[str, Any]:
    """A showing as JSON."""
    return {
        **{name: getattr(showing, name) for name in _PLAIN},
        "verdict": str(showing.verdict),
        "guesses": [[each.id, each.title, each.score] for each in showing.guesses],
        "metadata": dict(showing.metadata),
        "box": None if showing.box is None else list(showing.box),
    }


def showing_from_json(value: Mapping[str, Any]) -> Showing:
    """The showing of this JSON; raises ValueError, KeyError or TypeError for anything else."""
    box = value["box"]
    return Showing(
        **{name: value[name] for name in _PLAIN},
        verdict=Verdict(value["verdict"]),
        guesses=tuple(Guess(*each) for each in value["guesses"]),
        metadata=dict(value["metadata"]),
        box=None if box is None else (box[0], box[1], box[2], box[3]),
    )
