"""Waiting until a running system's search has read an import."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from services.adapters.running_api import ApiImportWriter
from services.core.errors import UnavailableError


def writer(answers: Iterator[dict[str, Any]], *, within_s: float) -> ApiImportWriter:
    """A writer whose api gives these states of the index in turn, one more each time."""

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(503, json={"checks": {"index": next(answers)}})

    return ApiImportWriter(
        httpx.Client(transport=httpx.MockTransport(answer), base_url="http://api"), within_s=within_s
    )


def test_a_search_that_goes_on_reading_is_waited_for_and_one_that_stands_still_is_not() -> None:
    moving = ({"ok": True, "cursor": cursor, "items": 5} for cursor in range(8))
    writer(moving, within_s=0.25).settle(7)  # 0.7 s, each step within the time
    loading = ({"ok": False, "loading": {"read": read, "total": 9}} for read in range(6))
    done = iter([{"ok": True, "cursor": 9}])
    writer((state for states in (loading, done) for state in states), within_s=0.25).settle(9)
    still = iter(lambda: {"ok": True, "cursor": 1, "items": 5}, None)
    with pytest.raises(UnavailableError, match="has read nothing for 0 s"):
        writer(still, within_s=0.1).settle(2)


def test_a_search_of_many_items_may_take_the_time_to_read_them_all() -> None:
    states = iter([{"ok": True, "cursor": 1, "items": 100_000}] * 4 + [{"ok": True, "cursor": 2}])
    writer(states, within_s=0.01).settle(2)
