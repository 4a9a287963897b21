"""Observations that one call brings as messages."""

import json
from typing import Any

from common.wire import encode_observation
from services.core.search.answer import Pushed
from services.core.search.drops import Dropped, Drops
from services.core.search.messages import answer_messages
from tests.core.search.rig import SearchRig, fresh
from tests.fakes import vectors


def message(**given: Any) -> Any:
    return json.loads(encode_observation(fresh(**given)))


def test_each_message_becomes_a_record_or_is_dropped_in_its_place() -> None:
    rig = SearchRig()
    numbers = ",".join(map(str, vectors()[0]))
    messages: list[object] = [
        message(thing="a"),
        {**message(thing="b"), "v": 2},
        {"thing": "c", "features": numbers},  # as in 2018
        {"features": numbers},
        {**message(), "thing": "../d"},
        ["no", "object"],
        message(thing="e", age_s=9),
    ]
    outcomes = answer_messages(messages, rig.answerer, Drops(rig.tally))
    assert [outcome.reason if isinstance(outcome, Dropped) else None for outcome in outcomes] == [
        None,
        "field",
        None,
        "field",
        "field",
        "not_json",
        "stale",
    ]
    things = [outcome.record.observation.thing for outcome in outcomes if isinstance(outcome, Pushed)]
    assert things == [json.loads(record)["thing"] for record in rig.queue.latest(limit=9)][::-1] == ["a", "c"]


def test_no_message_is_no_outcome() -> None:
    rig = SearchRig()
    assert answer_messages([], rig.answerer, Drops(rig.tally)) == []
