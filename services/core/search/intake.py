"""Intake of the broker's messages: put aside unread on its thread, freshest wins, answered on another."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from common.wire import (
    MAX_OBSERVATION_BYTES,
    Observation,
    WireError,
    parse_topic,
    peek_captured_s,
)
from services.core.search.admission import MAX_AHEAD_S
from services.core.search.answer import Answerer, Pushed
from services.core.search.drops import Drops
from services.core.search.load import Load
from services.core.search.mailbox import Mailbox, Waiting
from services.core.search.messages import decode_counted, refuse

# Maximum batch size, in observations; each is of another camera.
BATCH = 64
# A batch is gathered from that number of messages a second on at which another one comes meanwhile: alone,
# each costs three times as much.
GATHER_S = 0.004
GATHER_FROM = round(1 / GATHER_S)
# Lacking in a DeepLens program's line of text, and in most of what is no observation.
_VECTORS = b'"features"'

log = logging.getLogger(__name__)


class Intake:
    """Takes messages off MQTT's thread, and has them answered in its caller's.

    Decoding takes far longer than receiving, so only messages that are taken for an answer are decoded.
    Observations with local features are answered in threads of their own, because second looks take long;
    while all of these are busy, without a second look. A camera's later messages wait meanwhile.
    """

    def __init__(
        self, answerer: Answerer, drops: Drops, *, second_looks: int = 1, gather_s: float = GATHER_S
    ) -> None:
        """Answer up to `second_looks` observations with local features at once.

        While many messages come, a batch is gathered for `gather_s`.
        """
        self._answerer, self._drops, self._gather_s = answerer, drops, gather_s
        self._mailbox, self._load = Mailbox(), Load()
        self._idle = threading.Semaphore(second_looks)
        self._pool = ThreadPoolExecutor(second_looks, thread_name_prefix="details")

    @property
    def is_overloaded(self) -> bool:
        """Whether more messages come than are answered, so that many fall unread to newer ones."""
        return self._load.is_overloaded

    def close(self) -> None:
        """Answer nothing more but what is at work."""
        self._pool.shutdown(cancel_futures=True)

    def receive(self, topic: str, payload: bytes) -> None:
        """Put a message aside for `answer`; one that is plainly no observation is counted at once."""
        now_s = time.time()
        try:
            thing, kind = parse_topic(topic)
        except WireError as error:
            refuse(topic, error, self._drops)
            return
        captured_at_s = peek_captured_s(payload, received_at_s=now_s)
        # A time in the future must not keep the camera's next frames from replacing this one.
        message = Waiting(
            thing, kind, payload, now_s, captured_at_s if captured_at_s <= now_s + MAX_AHEAD_S else 0.0
        )
        plausible = len(payload) <= MAX_OBSERVATION_BYTES and _VECTORS in payload
        if plausible or self._decode(message) is not None:
            fell = self._mailbox.put(message)
            self._load.note(fell=fell)
            if fell:
                self._drops.count("overtaken", "a newer frame of its camera waits")

    def answer(self, *, timeout_s: float) -> int:
        """Answer what waits, waiting `timeout_s` for a message; gives how many records it pushed.

        Those that it left to the threads of second looks do not count.
        """
        gather_s = self._gather_s if self._load.rate >= GATHER_FROM else 0.0
        taken = self._mailbox.take(limit=BATCH, timeout_s=timeout_s, gather_s=gather_s)
        # In a flood most of what the broker has kept is old: nobody has to know what else is wrong with it.
        young = taken if len(taken) < BATCH else [each for each in taken if not self._is_old(each)]
        seen = [each for each in map(self._decode, young) if each is not None]
        return self._push([each for each in map(self._hand_over, seen) if each is not None])

    def _is_old(self, message: Waiting) -> bool:
        """Whether an unread message is refused as too old; 0 says that it names no usable time."""
        at_s = message.captured_at_s
        return at_s > 0 and self._answerer.refuses_unread(message.thing, at_s)

    def _push(self, seen: Sequence[Observation]) -> int:
        outcomes = self._answerer.answer(seen)
        pushed = [outcome for outcome in outcomes if isinstance(outcome, Pushed)]
        for outcome in pushed:
            self._mailbox.prefer(outcome.record.observation.thing)
        return len(pushed)

    def _hand_over(self, seen: Observation) -> Observation | None:
        """Leave an observation with local features to a thread; what is to be answered here, if anything."""
        if seen.local is None:
            return seen
        if not self._idle.acquire(blocking=False):
            self._drops.tally.looked("busy")
            return replace(seen, local=None)
        self._mailbox.hold(seen.thing)
        self._pool.submit(self._push_alone, seen)
        return None

    def _push_alone(self, seen: Observation) -> None:
        try:
            self._push([seen])
        except Exception:  # the next observation may fare better
            log.exception("an observation with local features was not answered")
        finally:
            self._idle.release()
            self._mailbox.release(seen.thing)

    def _decode(self, message: Waiting) -> Observation | None:
        seen = decode_counted(
            message.payload,
            thing=message.thing,
            kind=message.kind,
            received_at_s=message.received_at_s,
            drops=self._drops,
        )
        return seen if isinstance(seen, Observation) else None
