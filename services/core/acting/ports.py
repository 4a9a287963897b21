"""The ports of acting; each is implemented in services/adapters and by a fake in tests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One delivery as it is sent: JSON. From `expires_at_s` on (Unix seconds) it is not sent any more."""

    id: str
    body: bytes
    expires_at_s: float


class Taken(Enum):
    """What a receiver has made of a message; after NOT_YET alone it may be sent again."""

    TAKEN = auto()
    # Nothing was sent, or the answer says that it was not taken.
    NOT_YET = auto()
    # It would be refused again.
    REFUSED = auto()
    # It was sent, and there is no answer: it may have been taken.
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome of one try; `detail` says what was wrong, for a person, "" if nothing was."""

    taken: Taken
    detail: str = ""


class Webhook(Protocol):
    """The receiver of deliveries; safe to use from several threads."""

    def post(self, message: Message, /) -> Receipt:
        """Send a message and wait for its answer, a few seconds at most."""


class DeliveryClaims(Protocol):
    """Who sends which delivery, as all processes know, after a crash too; may raise UnavailableError."""

    def claim(self, delivery_id: str, /) -> bool:
        """Claim a delivery right before it is sent; False if it has been claimed already, in the last day."""

    def release(self, delivery_id: str, /) -> None:
        """Give a claim back: the delivery was certainly not taken."""
