"""Observations as the messages of one call, such as a request's or a rule's event."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

from common.wire import Observation, WireError, decode_observation, is_thing
from services.core.search.answer import Answerer, Outcome
from services.core.search.drops import Drops


def answer_messages(messages: Sequence[object], answerer: Answerer, drops: Drops) -> list[Outcome]:
    """The outcome of each message, in their order; it is parsed JSON whose `thing` names its camera."""
    seen: dict[int, Observation] = {}
    outcomes: dict[int, Outcome] = {}
    for place, message in enumerate(messages):
        try:
            seen[place] = _decoded(message)
        except WireError as error:
            outcomes[place] = drops.note(error.reason, str(error), about="message refused")
    outcomes |= zip(seen, answerer.answer(list(seen.values())), strict=True)
    return [outcomes[place] for place in range(len(messages))]


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
