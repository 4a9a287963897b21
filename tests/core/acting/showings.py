"""Showings, a webhook and claims to test deliveries with."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from services.core.acting.ports import Message, Receipt, Taken
from services.core.errors import UnavailableError
from services.core.history.showing import Guess, Showing
from services.core.records import Verdict


def showing(number: int, *, thing: str = "till-1", verdict: Verdict = Verdict.MATCH, **more: Any) -> Showing:
    """A showing of `mug-7`, live from 1000 to 1005 s."""
    facts: dict[str, Any] = {
        "began_at_s": 1000.0,
        "seen_at_s": 1000.0,
        "expires_at_s": 1005.0,
        "guesses": (Guess("mug-7", "Grandma's mug", 0.93), Guess("mug-9", "Mug", 0.04)),
        "metadata": {"category": "Mugs", "price": "12.00"},
        "link": "https://shop.example/mug-7",
        "last_record": number,
    }
    return Showing(id=number, thing=thing, verdict=verdict, **(facts | more))


class FakeWebhook:
    """Notes what is posted; `answers` gives the receipt of each message, TAKEN by default."""

    def __init__(self, answer: Callable[[Message], Receipt] = lambda _message: Receipt(Taken.TAKEN)) -> None:
        self.answer = answer
        self.posted: list[str] = []
        self.messages: list[Message] = []
        self._lock = threading.Lock()

    def post(self, message: Message, /) -> Receipt:
        with self._lock:
            self.posted.append(message.id)
            self.messages.append(message)
        return self.answer(message)


class FakeClaims:
    """DeliveryClaims in memory, which fail while they have a `trouble`."""

    def __init__(self) -> None:
        self.claimed: set[str] = set()
        self.trouble: str | None = None

    def claim(self, delivery_id: str, /) -> bool:
        self._check()
        is_new = delivery_id not in self.claimed
        self.claimed.add(delivery_id)
        return is_new

    def release(self, delivery_id: str, /) -> None:
        self._check()
        self.claimed.discard(delivery_id)

    def _check(self) -> None:
        if self.trouble is not None:
            raise UnavailableError(self.trouble)
