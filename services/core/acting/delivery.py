"""Deliveries: what a receiver is told of a showing, as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from common.wire import to_iso
from services.core.acting.ports import Message
from services.core.history.showing import Guess, Showing

# Of this form of the JSON; one more field is the same version.
VERSION = 1


@dataclass(frozen=True, slots=True)
class Delivery:
    """A showing that a rule has chosen, with the verdict that it was chosen for, which is its event."""

    showing: Showing

    @property
    def id(self) -> str:
        """The showing's and its event: the same at each try, so that a receiver can drop repeats."""
        return f"{self.showing.id}-{self.showing.verdict}"

    @property
    def message(self) -> Message:
        """The delivery as it is sent."""
        text = json.dumps(self._to_json(), separators=(",", ":"), ensure_ascii=False)
        return Message(self.id, text.encode(), self.showing.expires_at_s)

    def _to_json(self) -> dict[str, Any]:
        showing = self.showing
        return {
            "v": VERSION,
            "id": self.id,
            "event": showing.verdict,
            "showing": showing.id,
            "thing": showing.thing,
            "item": _item(showing),
            "runners_up": [_guess(each) for each in showing.runners_up],
            "began_at": to_iso(showing.began_at_s),
            "expires_at": to_iso(showing.expires_at_s),
        }


def _item(showing: Showing) -> dict[str, Any] | None:
    if showing.item is None:
        return None
    return {**_guess(showing.item), "link": showing.link, "metadata": dict(showing.metadata)}


def _guess(guess: Guess) -> dict[str, Any]:
    return {"id": guess.id, "title": guess.title, "score": round(guess.score, 4)}
