"""The status function: what cameras say of themselves, and their answers, from IoT rules into Redis."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any

from common.rate_limited_log import RateLimitedLog
from common.wire import WireError
from services.bootstrap.lambdas.status import StatusFunctionParts, status_parts
from services.core.cameras.previews import check_preview
from services.core.cameras.replies import parse_reply
from services.core.cameras.status import read_status
from services.core.errors import UnavailableError
from services.core.search.messages import TopicMessage
from services.lambdas.hosting import Context, Host, log_counts
from services.lambdas.topic_events import read_messages

log = logging.getLogger(__name__)


class StatusFunction:
    """Keeps statuses, answers, previews and pictures of showings where the api functions find them."""

    def __init__(self, parts: StatusFunctionParts) -> None:
        self._parts = parts
        self._faults = RateLimitedLog()

    def __call__(self, event: object, _context: Context) -> dict[str, Any]:
        """The number of messages that were kept, and of the others, by reason."""
        dropped: Counter[str] = Counter()
        messages = read_messages(event, lambda text: self._refuse(dropped, "event", text))
        kept = sum(self._keep(message, dropped) for message in messages)
        log_counts(dropped)
        return {"kept": kept, "dropped": dict(dropped)}

    def _keep(self, message: TopicMessage, dropped: Counter[str]) -> bool:
        try:
            previews, pictures = self._parts.previews, self._parts.pictures
            if parse_reply(message.topic):
                if pictures is None or not pictures.receive(message.topic, message.payload):
                    self._parts.replies.receive(message.topic, message.payload)
            elif previews is not None and message.topic.endswith("/preview"):
                check_preview(message.topic, message.payload)
                previews.receive(message.topic, message.payload)
            else:
                _check_status(message)
                self._parts.cameras.receive(message.topic, message.payload)
        except WireError as error:
            self._refuse(dropped, error.reason, f"message on {message.topic[:100]} refused: {error}")
            return False
        except UnavailableError as error:
            self._refuse(dropped, "unavailable", str(error))
            return False
        return True

    def _refuse(self, dropped: Counter[str], reason: str, text: str) -> None:
        dropped[reason] += 1
        self._faults.say(reason, text)


def _check_status(message: TopicMessage) -> None:
    """Raise WireError unless it is a camera's status; the store takes nothing else, and would not say so."""
    if not message.topic.endswith("/status"):
        raise WireError("topic", "neither a camera's status, an answer nor a preview that is wanted")
    read_status(message.topic, message.payload)


handler = Host("status", lambda: StatusFunction(status_parts()))
handler.warm_up()
