"""Events of the IoT rules: messages of MQTT topics, each as `{"payload", "topic"}`."""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections.abc import Callable, Mapping

from services.core.search.messages import TopicMessage

# The most messages of one event.
MOST = 1000
# What a topic begins with if its message went to the rule itself, past the broker.
_BASIC_INGEST = re.compile(r"^\$aws/rules/[^/]+/")
_EXPECTED = 'expected {"payload": "<base64>", "topic": "lookalike/<thing>/…"}, one or a list of them'


class EventError(Exception):
    """An event that no rule of ours sends; the text says what was expected."""


def read_messages(event: object, on_refused: Callable[[str], object]) -> list[TopicMessage]:
    """The messages of a rule's event, an object or a list of them; `on_refused` is told of each other one."""
    found = event if isinstance(event, list) else [event]
    if len(found) > MOST:
        on_refused(f"a list of {len(found)}; {_EXPECTED}, at most {MOST}")
        return []
    messages = []
    for each in found:
        try:
            messages.append(_read(each))
        except EventError as error:
            on_refused(str(error))
    return messages


def _read(event: object) -> TopicMessage:
    if not isinstance(event, Mapping):
        raise EventError(f"a {type(event).__name__}; {_EXPECTED}")
    topic, payload = event.get("topic"), event.get("payload")
    if not isinstance(topic, str) or not isinstance(payload, str):
        raise EventError(f"topic is {type(topic).__name__} and payload {type(payload).__name__}; {_EXPECTED}")
    try:
        content = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise EventError(f"payload is not base64 ({error}); {_EXPECTED}") from None
    return TopicMessage(_BASIC_INGEST.sub("", topic), content, _received_s(event.get("received_ms")))


def _received_s(received_ms: object) -> float:
    """When AWS IoT received a message, in Unix seconds: the rule's timestamp(), else now."""
    now_s = time.time()
    if isinstance(received_ms, bool) or not isinstance(received_ms, int | float):
        return now_s
    # Compared first: a whole number may be too large to be divided.
    return min(received_ms / 1000, now_s) if abs(received_ms) < 1e300 else now_s
