"""Intake of the broker's messages: decoded on its thread, freshest wins, answered in batches on another."""

from __future__ import annotations

import time

from common.wire import WireError, decode_observation, parse_topic
from services.core.search.answer import Answerer, Pushed
from services.core.search.drops import Drops
from services.core.search.mailbox import Mailbox

# Maximum batch size, in observations; each is of another camera.
BATCH = 64


class Intake:
    """Takes messages off MQTT's thread, and has them answered in its caller's."""

    def __init__(self, answerer: Answerer, drops: Drops) -> None:
        self._answerer, self._drops = answerer, drops
        self._mailbox = Mailbox()

    def receive(self, topic: str, payload: bytes) -> None:
        """Put a message aside for `answer`; a faulty one is counted, and logged now and then."""
        try:
            thing, kind = parse_topic(topic)
            seen = decode_observation(payload, thing=thing, kind=kind, received_at_s=time.time())
        except WireError as error:
            self._drops.note(error.reason, str(error), about=f"message on {topic[:100]} refused")
            return
        if seen is None:
            self._drops.count("status_line", "a line of text")
        elif self._answerer.refusal(seen) is None and self._mailbox.put(seen):
            self._drops.count("overtaken", "a newer frame of its camera waits")

    def answer(self, *, timeout_s: float) -> int:
        """Answer the waiting observations, waiting `timeout_s` for one; gives how many records it pushed."""
        outcomes = self._answerer.answer(self._mailbox.take(limit=BATCH, timeout_s=timeout_s))
        return sum(isinstance(outcome, Pushed) for outcome in outcomes)
