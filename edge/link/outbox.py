"""What may be sent now and what has to wait: of each topic the freshest message alone, and not for long."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

# Two, so that the next message leaves while the first one's answer is on its way. More of them would only
# queue up in the network's buffers, where nobody can take them back when they have grown old.
_UNANSWERED = 2


@dataclass(frozen=True, slots=True)
class _Waiting:
    payload: bytes
    since_s: float


class Outbox:
    """Holds messages until the broker can take them; its caller locks."""

    def __init__(self, send: Callable[[str, bytes], int], *, keep_s: float) -> None:
        """`send` sends a message and gives the number under which `answered` tells that it has arrived."""
        self._send, self._keep_s = send, keep_s
        self._waiting: dict[str, _Waiting] = {}
        self._unanswered: deque[tuple[int, float]] = deque()
        self.dropped = 0

    @property
    def silent_s(self) -> float:
        """For how long the oldest message that was sent has had no answer."""
        return time.monotonic() - self._unanswered[0][1] if self._unanswered else 0.0

    def put(self, topic: str, payload: bytes) -> None:
        """Take a message, in place of one of the same topic that waits."""
        self.dropped += topic in self._waiting
        self._waiting[topic] = _Waiting(payload, time.monotonic())

    def waits(self, topic: str) -> bool:
        """Whether a message of this topic waits."""
        return topic in self._waiting

    def send(self) -> None:
        """Send what waits and is fresh, the oldest first, as far as the broker keeps up."""
        self.forget_old()
        while self._waiting and len(self._unanswered) < _UNANSWERED:
            topic = min(self._waiting, key=lambda name: self._waiting[name].since_s)
            number = self._send(topic, self._waiting.pop(topic).payload)
            self._unanswered.append((number, time.monotonic()))

    def forget_old(self) -> None:
        """Drop what has waited for too long."""
        oldest_s = time.monotonic() - self._keep_s
        for topic in [topic for topic, message in self._waiting.items() if message.since_s < oldest_s]:
            del self._waiting[topic]
            self.dropped += 1

    def answered(self, number: int) -> bool:
        """The broker has taken this message, and so all before it; False when it is none of ours."""
        if all(number != sent for sent, _ in self._unanswered):
            return False
        while self._unanswered.popleft()[0] != number:
            pass
        return True

    def start_over(self) -> int:
        """There is a new connection: nothing is on its way; gives how many messages were dropped before."""
        self._unanswered.clear()
        self.forget_old()
        dropped, self.dropped = self.dropped, 0
        return dropped
