"""The search answers as it did before it was made faster, from message to record."""

import json
import math
from typing import Any

from tests.search import golden
from tests.servers import redis_server


def test_the_records_are_those_of_the_plain_code() -> None:
    with redis_server() as server:
        found = golden.records(server.url)
    kept = json.loads(golden.KEPT.read_text(encoding="utf-8"))
    assert len(found) == len(kept)
    for place, (one, other) in enumerate(zip(found, kept, strict=True)):
        assert _is_same(one, other), f"record {place}: {one} instead of {other}"


def _is_same(one: Any, other: Any) -> bool:
    """Whether both are the same, but for a last decimal that another processor rounds otherwise."""
    if isinstance(one, float) and isinstance(other, float | int):
        return math.isclose(one, other, abs_tol=2e-4)
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(_is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return type(one) is type(other) and bool(one == other)
