"""What the tests of functions share: Lambda's context, golden events, and an environment with a catalogue."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from common.wire import Observation, encode_observation
from services.adapters.sqlite_items import SqliteItems
from services.core.domain import Item
from tests.fakes import make_item

EVENTS = Path(__file__).parent / "events"


class FakeContext:
    """Lambda's context of a call, of which this time is left."""

    def __init__(self, left_s: float = 10.0) -> None:
        self._until_s = time.monotonic() + left_s

    def get_remaining_time_in_millis(self) -> int:
        return max(0, round((self._until_s - time.monotonic()) * 1000))


def golden(name: str) -> Any:
    """A golden event."""
    return json.loads((EVENTS / f"{name}.json").read_text())


def rule_event(topic: str, payload: bytes, **more: object) -> dict[str, object]:
    """The event of the rule `SELECT encode(*, 'base64') AS payload, topic() AS topic`."""
    return {"payload": base64.b64encode(payload).decode(), "topic": topic, **more}


def features(item: Item, *, thing: str = "cam-1", seq: int = 1, age_s: float = 0.0) -> dict[str, object]:
    """The rule's event for an observation of this item."""
    seen = Observation(thing, item.vectors[:1], time.time() - age_s, "0a1b2c3d", seq, item.model)
    return rule_event(f"lookalike/{thing}/features", encode_observation(seen))


def stock(folder: Path, *ids: str) -> list[Item]:
    """Put items into the item store of a data folder."""
    items = [make_item(each, title=f"A {each}") for each in ids]
    with closing(SqliteItems(folder / "items.sqlite", writable=True)) as store:
        store.put_many(items)
    return items


def environment(folder: Path, redis_url: str) -> Mapping[str, str]:
    """The settings of every function."""
    return {
        "LOOKALIKE_DATA_DIR": str(folder),
        "LOOKALIKE_REDIS_URL": redis_url,
        "LOOKALIKE_PUBLIC_URL": "https://shop.example",
        "LOOKALIKE_API_KEY": "s3cret",
    }
