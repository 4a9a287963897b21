"""Messages to observations: those of MQTT topics, however they come, and those of one HTTP request."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass

from common.wire import Kind, Observation, WireError, decode_observation, is_thing, parse_topic
from services.core.search.answer import Answerer, Outcome
from services.core.search.drops import Dropped, Drops

# The kinds of topics that carry observations.
OBSERVATIONS: tuple[Kind, ...] = ("features", "details", "infer")


@dataclass(frozen=True, slots=True)
class TopicMessage:
    """A message as it came on a topic, and when (Unix seconds)."""

    topic: str
    payload: bytes
    received_at_s: float


def answer_messages(messages: Sequence[object], answerer: Answerer, drops: Drops) -> list[Outcome]:
    """The outcome of each message, in their order; it is parsed JSON whose `thing` names its camera."""
    seen: list[Observation | Dropped] = []
    for message in messages:
        try:
            seen.append(_decoded(message))
        except WireError as error:
            seen.append(drops.note(error.reason, str(error), about="message refused"))
    return _answered(seen, answerer)


def answer_topic_messages(
    messages: Sequence[TopicMessage], answerer: Answerer, drops: Drops
) -> list[Outcome]:
    """The outcome of each message, in their order; a topic of another kind is refused."""
    return _answered([_of_topic(message, drops) for message in messages], answerer)


def decode_counted(
    payload: bytes, *, thing: str, kind: Kind, received_at_s: float, drops: Drops
) -> Observation | Dropped:
    """The observation of a message; a faulty one is counted, and logged now and then."""
    try:
        seen = decode_observation(payload, thing=thing, kind=kind, received_at_s=received_at_s)
    except WireError as error:
        return refuse(f"lookalike/{thing}/{kind}", error, drops)
    return drops.count("status_line", "a line of text") if seen is None else seen


def refuse(topic: str, error: WireError, drops: Drops) -> Dropped:
    """Count and log a message of this topic that is no observation."""
    return drops.note(error.reason, str(error), about=f"message on {topic[:100]} refused")


def _answered(seen: Sequence[Observation | Dropped], answerer: Answerer) -> list[Outcome]:
    answers = iter(answerer.answer([each for each in seen if isinstance(each, Observation)]))
    return [next(answers) if isinstance(each, Observation) else each for each in seen]


def _of_topic(message: TopicMessage, drops: Drops) -> Observation | Dropped:
    try:
        thing, kind = parse_topic(message.topic)
        if kind not in OBSERVATIONS:
            text = f"a message of the kind {kind}; expected one of {', '.join(OBSERVATIONS)}"
            raise WireError("topic", text)
    except WireError as error:
        return refuse(message.topic, error, drops)
    return decode_counted(
        message.payload, thing=thing, kind=kind, received_at_s=message.received_at_s, drops=drops
    )


def _decoded(message: object) -> Observation:
    if not isinstance(message, dict):
        raise WireError("not_json", f"a JSON {type(message).__name__}; expected an object")
    thing = message.get("thing")
    if not isinstance(thing, str) or not is_thing(thing):
        raise WireError("field", f"thing is {str(thing)[:128]!a}; expected a camera's name")
    payload = json.dumps(message).encode()
    seen = decode_observation(payload, thing=thing, kind="features", received_at_s=time.time())
    assert seen is not None  # plain text comes only on a DeepLens program's own topic
    return seen
