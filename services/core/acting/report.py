"""The report of all deliveries: how they ended, and the last errors."""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from common.wire import to_iso
from services.core.acting.delivery import Delivery

ERRORS = 10

log = logging.getLogger(__name__)


class End(StrEnum):
    """How a delivery ended."""

    DELIVERED = "delivered"
    # The receiver, or the check of its address, has refused it.
    REFUSED = "refused"
    # It was sent, and no answer came.
    UNANSWERED = "unanswered"
    # Its match was not live any more.
    EXPIRED = "expired"
    # Another one of the same showing took its place, or too many waited.
    REPLACED = "replaced"
    # It had been claimed already, by another process or before a crash.
    CLAIMED = "claimed"


@dataclass(frozen=True, slots=True)
class DeliveryError:
    """What was wrong with a delivery's newest try; `end` is None while it is tried again."""

    at_s: float
    delivery_id: str
    thing: str
    detail: str
    tries: int
    end: End | None

    def to_json(self) -> dict[str, Any]:
        """The form of /healthz."""
        return {
            "at": to_iso(self.at_s),
            "id": self.delivery_id,
            "thing": self.thing,
            "detail": self.detail,
            "tries": self.tries,
            "end": self.end,
        }


class DeliveryReport:
    """Counts since the start; safe to use from several threads."""

    def __init__(self, name: str = "") -> None:
        """`name` is the webhook's."""
        self._called = f"webhook {name}" if name else "webhook"
        self._lock = threading.Lock()
        self._ends = Counter[End]()
        self._tries = 0
        self._delivered_s: float | None = None
        self._errors: deque[DeliveryError] = deque(maxlen=ERRORS)
        self._trouble: str | None = None

    def failed(self, delivery: Delivery, detail: str, *, tries: int, at_s: float, end: End | None) -> None:
        """A try has failed; `end` if that was the last one."""
        error = DeliveryError(at_s, delivery.id, delivery.showing.thing, detail, tries, end)
        with self._lock:
            self._tries += 1
            # One line for a delivery, however often it is tried.
            kept = [each for each in self._errors if each.delivery_id != error.delivery_id]
            self._errors = deque([*kept, error], maxlen=ERRORS)
            if end is not None:
                self._ends[end] += 1
            is_news, self._trouble = detail != self._trouble, detail
        if is_news:  # each cause once, and not at each try
            log.warning("%s: %s", self._called, detail)

    def delivered(self, *, at_s: float) -> None:
        """A delivery was taken."""
        with self._lock:
            self._tries += 1
            self._ends[End.DELIVERED] += 1
            self._delivered_s = at_s
            had_trouble, self._trouble = self._trouble is not None, None
        if had_trouble:
            log.info("%s: it takes deliveries again", self._called)

    def ended(self, delivery: Delivery, end: End) -> None:
        """A delivery has ended without another try."""
        with self._lock:
            self._ends[end] += 1
            self._errors = deque(
                (_ended(each, end) if each.delivery_id == delivery.id else each for each in self._errors),
                maxlen=ERRORS,
            )

    @property
    def ends(self) -> dict[End, int]:
        """The number of deliveries by how they ended."""
        with self._lock:
            return {end: self._ends[end] for end in End}

    @property
    def tries(self) -> int:
        """The number of messages that were sent, or tried to be."""
        with self._lock:
            return self._tries

    def to_json(self, *, waiting: int) -> dict[str, Any]:
        """The form of /healthz, the newest error first."""
        ends = self.ends
        with self._lock:
            errors, delivered_s = list(self._errors), self._delivered_s
            trouble = self._trouble
        return {
            "trouble": trouble,
            "waiting": waiting,
            "ends": {str(end): count for end, count in ends.items()},
            "delivered_at": None if delivered_s is None else to_iso(delivered_s),
            "errors": [each.to_json() for each in reversed(errors)],
        }


def _ended(error: DeliveryError, end: End) -> DeliveryError:
    return DeliveryError(error.at_s, error.delivery_id, error.thing, error.detail, error.tries, end)
