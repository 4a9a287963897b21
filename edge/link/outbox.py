"""The outbox: messages that wait to be sent, only the freshest of each topic, and not for long."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from common.rate_limited_log import RateLimitedLog

# Maximum number of messages without an answer. Two, so that one leaves while the first one's answer is on
# its way; more would only queue in the network's buffers, where old ones cannot be dropped.
_UNANSWERED = 2


@dataclass(frozen=True, slots=True)
class _Waiting:
    payload: bytes
    since_s: float


@dataclass(frozen=True, slots=True)
class _Sent:
    number: int
    topic: str
    message: _Waiting
    at_s: float


class Outbox:
    """Holds messages until the broker can take them; its caller locks."""

    def __init__(self, send: Callable[[str, bytes], int], *, keep_s: float) -> None:
        """`send` sends a message and gives the number by which `answered` later reports its arrival."""
        self._send, self._keep_s = send, keep_s
        self._waiting: dict[str, _Waiting] = {}
        self._unanswered: deque[_Sent] = deque()
        self.dropped = 0

    @property
    def silent_s(self) -> float:
        """The age of the oldest unanswered message in seconds, 0 without one."""
        return time.monotonic() - self._unanswered[0].at_s if self._unanswered else 0.0

    def put(self, topic: str, payload: bytes) -> None:
        """Take a message, in place of a waiting one of the same topic."""
        self.dropped += topic in self._waiting
        self._waiting[topic] = _Waiting(payload, time.monotonic())

    def waits(self, topic: str) -> bool:
        """Whether a message of this topic waits."""
        return topic in self._waiting

    def send(self) -> None:
        """Send waiting messages that are fresh, the oldest first, as far as the broker keeps up."""
        self.forget_old()
        while self._waiting and len(self._unanswered) < _UNANSWERED:
            topic = min(self._waiting, key=lambda name: self._waiting[name].since_s)
            message = self._waiting.pop(topic)
            number = self._send(topic, message.payload)
            self._unanswered.append(_Sent(number, topic, message, time.monotonic()))

    def forget_old(self) -> None:
        """Drop messages that have waited for too long."""
        oldest_s = time.monotonic() - self._keep_s
        for topic in [topic for topic, message in self._waiting.items() if message.since_s < oldest_s]:
            del self._waiting[topic]
            self.dropped += 1

    def answered(self, number: int) -> bool:
        """The broker has taken this message, and so all before it; False when it is none of ours."""
        if all(number != sent.number for sent in self._unanswered):
            return False
        while self._unanswered.popleft().number != number:
            pass
        return True

    def returned(self, number: int) -> None:
        """This message was not taken: for what is left of its time it waits, unless a newer one does."""
        for sent in [sent for sent in self._unanswered if sent.number == number]:
            self._unanswered.remove(sent)
            self._waiting.setdefault(sent.topic, sent.message)

    def start_over(self) -> int:
        """Start with a new connection and nothing on its way; gives the number of messages dropped so far."""
        self._unanswered.clear()
        self.forget_old()
        dropped, self.dropped = self.dropped, 0
        return dropped


def is_too_large(topic: str, payload: bytes, most_bytes: int, faults: RateLimitedLog) -> bool:
    """Whether a message with its topic has more bytes than a link takes, which is logged now and then."""
    if len(topic) + len(payload) <= most_bytes:
        return False
    text = f"a message of {len(payload)} bytes on {topic} is dropped: with its topic it may have {most_bytes}"
    faults.say(f"size {topic}", text)
    return True
