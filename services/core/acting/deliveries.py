"""The deliveries of showings to a webhook: each once, none of an expired match, and nobody waits for them."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from services.core.acting.delivery import Delivery
from services.core.acting.lines import FIRST_PAUSE_S, DeliveryLines, Waiting
from services.core.acting.ports import DeliveryClaims, Receipt, Taken, Webhook
from services.core.acting.report import DeliveryReport, End
from services.core.acting.rules import Rules
from services.core.errors import UnavailableError
from services.core.history.log import Change
from services.core.history.showing import Showing

# A slow receiver has this many at once, of as many cameras.
THREADS = 4
MOST_WAITING = 256
# Ids that are remembered, so that a change of a showing is not another delivery.
_REMEMBERED = 4096
_STOP_S = 2.0

log = logging.getLogger(__name__)


class Deliveries:
    """A ShowingListener that delivers in threads of its own, from `start` to `stop`."""

    def __init__(
        self,
        webhook: Webhook,
        claims: DeliveryClaims,
        rules: Rules,
        *,
        name: str = "",
        newest: Callable[[int], Showing | None] = lambda _id: None,
        clock: Callable[[], float] = time.time,
        threads: int = THREADS,
        most: int = MOST_WAITING,
    ) -> None:
        """`name` is the webhook's among several, each of which claims for itself.

        `newest` gives a showing as it is by now, None if that is not known; may raise UnavailableError.
        """
        self.name = name
        self._webhook, self._claims, self._rules, self._newest = webhook, claims, rules, newest
        self._clock, self._threads = clock, threads
        self._lines = DeliveryLines(most=most)
        self._known: OrderedDict[str, None] = OrderedDict()
        self._changed = threading.Condition()
        self._stopping = False
        self._workers: list[threading.Thread] = []
        self.report = DeliveryReport(name)

    def start(self) -> None:
        """Begin to deliver."""
        self._workers = [
            threading.Thread(target=self._work, name=f"webhook-{self.name}-{number}", daemon=True)
            for number in range(self._threads)
        ]
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        """End soon: what waits is dropped, and a message under way is not waited for longer than 2 s."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        until_s = time.monotonic() + _STOP_S
        for worker in self._workers:
            worker.join(max(0.0, until_s - time.monotonic()))

    def on_showing(self, showing: Showing, change: Change, /) -> None:
        """Let a showing that a rule chooses be delivered; returns at once."""
        if change == "ended" or showing.expires_at_s <= self._clock():
            return
        if not self._rules.fit(verdict=showing.verdict, metadata=showing.metadata, camera=showing.thing):
            return
        delivery = Delivery(showing)
        with self._changed:
            if delivery.id in self._known:
                return
            self._known[delivery.id] = None
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
            for lost in self._lines.add(delivery, self._clock()):
                self.report.ended(lost.delivery, End.REPLACED)
            self._changed.notify()

    @property
    def waiting(self) -> int:
        """The number of deliveries that wait or are under way."""
        with self._changed:
            return len(self._lines)

    def to_json(self) -> dict[str, Any]:
        """Their state for /healthz."""
        return self.report.to_json(waiting=self.waiting)

    def _work(self) -> None:
        while (waiting := self._next()) is not None:
            again = False
            try:
                again = self._try(waiting)
            except Exception:  # a fault of ours must not end all deliveries
                log.exception("a delivery failed by a fault of ours")
            with self._changed:
                if again:
                    self._lines.put_back(waiting, self._clock())
                else:
                    self._lines.finish(waiting)
                self._changed.notify()

    def _next(self) -> Waiting | None:
        """Wait for a delivery that is due; None at the end."""
        with self._changed:
            while not self._stopping:
                waiting = self._lines.take(self._clock())
                if waiting is not None:
                    return waiting
                due_s = self._lines.next_due_s()
                # Not longer than a pause: the clock may be set meanwhile.
                wait_s = None if due_s is None else min(max(0.0, due_s - self._clock()), FIRST_PAUSE_S)
                self._changed.wait(wait_s)
            return None

    def _try(self, waiting: Waiting) -> bool:
        """Try a delivery once; True if it is to be tried again."""
        delivery = waiting.delivery
        try:
            end = self._end_before(waiting)
            if end is not None:
                self.report.ended(delivery, end)
                return False
            waiting.claimed = True
        except UnavailableError as error:
            self._failed(waiting, str(error), None)
            return True
        return self._take_note(waiting, self._webhook.post(waiting.delivery.message))

    def _end_before(self, waiting: Waiting) -> End | None:
        """Why a delivery is over before its next try; else it is claimed, and None."""
        showing = waiting.delivery.showing
        if waiting.tries > 1 and showing.expires_at_s <= self._clock() + FIRST_PAUSE_S:
            # What is still shown is still live; its row says so.
            waiting.delivery = Delivery(replace(showing, expires_at_s=self._expires_s(showing)))
        if waiting.delivery.showing.expires_at_s <= self._clock():
            return End.EXPIRED
        if not waiting.claimed and not self._claims.claim(self._claim_of(waiting)):
            return End.CLAIMED
        return None

    def _expires_s(self, showing: Showing) -> float:
        """Until when a showing's match is live, as far as that is known by now."""
        try:
            now = self._newest(showing.id)
        except UnavailableError:
            now = None
        is_same = now is not None and now.verdict == showing.verdict
        return now.expires_at_s if now is not None and is_same else showing.expires_at_s

    def _take_note(self, waiting: Waiting, receipt: Receipt) -> bool:
        match receipt.taken:
            case Taken.TAKEN:
                self.report.delivered(at_s=self._clock())
            case Taken.REFUSED:
                self._failed(waiting, receipt.detail, End.REFUSED)
            case Taken.UNKNOWN:
                self._failed(waiting, receipt.detail, End.UNANSWERED)
            case Taken.NOT_YET:
                self._release(waiting)
                self._failed(waiting, receipt.detail, None)
                return True
        return False

    def _claim_of(self, waiting: Waiting) -> str:
        return f"{self.name}/{waiting.delivery.id}" if self.name else waiting.delivery.id

    def _release(self, waiting: Waiting) -> None:
        """Give the claim back, so that another process may send it if this one is killed now."""
        try:
            self._claims.release(self._claim_of(waiting))
            waiting.claimed = False
        except UnavailableError:
            log.debug("the claim of %s stays with this process", waiting.delivery.id)

    def _failed(self, waiting: Waiting, detail: str, end: End | None) -> None:
        self.report.failed(waiting.delivery, detail, tries=waiting.tries, at_s=self._clock(), end=end)
