"""Faulty messages on the broker are counted by reason, without any other effect."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import numpy as np
import paho.mqtt.publish as publish
import pytest

from common.wire import Observation, encode_observation
from services.adapters.sqlite_items import SqliteItems
from tests.system.stack import Stack, eventually

THING = "intruder"


def observation(dim: int, **changes: Any) -> bytes:
    """A valid observation, with some fields replaced."""
    vectors = np.full((1, dim), dim**-0.5, np.float32)
    seen = Observation(THING, vectors, time.time(), session="0123abcd", seq=1, model=None)
    return json.dumps(json.loads(encode_observation(seen)) | changes).encode()


def _send(stack: Stack, payload: bytes, *, kind: str = "features") -> None:
    publish.single(f"lookalike/{THING}/{kind}", payload, **stack.broker)


def _dropped(stack: Stack, reason: str) -> float:
    text = stack.client.get("/metrics").text
    found = re.search(rf'lookalike_search_dropped_total{{reason="{reason}"}} (\S+)', text)
    assert found is not None
    return float(found[1])


def _model(stack: Stack) -> str:
    return str(stack.get("/healthz")["checks"]["index"]["model"])


def _dim(stack: Stack) -> int:
    """The length of the catalogue's vectors."""
    store = SqliteItems(stack.data / "items.sqlite", writable=False)
    (item,) = store.page(limit=1)
    store.close()
    return int(item.vectors.shape[1])


def _of_other_dim(stack: Stack) -> bytes:
    vectors = np.full((1, 64), 0.125, np.float32)
    return encode_observation(Observation(THING, vectors, time.time(), "0123abcd", 1, _model(stack)))


def _with_nan(stack: Stack) -> bytes:
    vectors = np.full((1, _dim(stack)), np.nan, np.float32)
    return encode_observation(Observation(THING, vectors, time.time(), "0123abcd", 1, _model(stack)))


def _of(**changes: Any) -> Any:
    return lambda stack: observation(_dim(stack), **{"model": _model(stack), **changes})


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda _stack: b"no JSON", "not_json"),
        (lambda _stack: b"\xff\x00\xfe", "not_json"),
        (_of_other_dim, "dimension"),
        (_with_nan, "not_finite"),
        (_of(model="0123456789ab"), "model"),
        (lambda _stack: b"x" * 100_000, "too_large"),
        (_of(captured_at="2100-01-01T00:00:00Z"), "future"),
        (_of(captured_at="2020-01-01T00:00:00Z"), "stale"),
        (_of(thing="somebody-else"), "field"),
        (_of(encoding="f64"), "encoding"),
    ],
)
def test_a_bad_message_is_counted_under_its_reason_and_changes_nothing(
    stack: Stack, make: Any, reason: str
) -> None:
    eventually(lambda: stack.get("/healthz")["status"] == "ok", within_s=20, why=stack.log)
    before = _dropped(stack, reason)

    _send(stack, make(stack))

    eventually(lambda: _dropped(stack, reason) == before + 1, within_s=5, why=lambda: f"no {reason} counted")
    assert stack.get(f"/matches?thing={THING}") == {"records": []}
    assert stack.get("/healthz")["status"] == "ok"


def test_a_flood_of_bad_messages_is_logged_at_most_once_a_second(stack: Stack) -> None:
    eventually(lambda: stack.get("/healthz")["status"] == "ok", within_s=20, why=stack.log)
    before, lines, began_s = _dropped(stack, "not_json"), stack.log().count("not JSON"), time.monotonic()

    publish.multiple([(f"lookalike/{THING}/features", b"{", 0, False)] * 200, **stack.broker)

    eventually(lambda: _dropped(stack, "not_json") >= before + 200, within_s=5)
    assert stack.log().count("not JSON") - lines <= 1 + int(time.monotonic() - began_s)


def test_a_deeplens_program_of_2018_is_understood(stack: Stack) -> None:
    before = _dropped(stack, "status_line")

    _send(stack, b"Inference is starting", kind="infer")
    _send(stack, json.dumps({"features": ",".join(["0.5"] * _dim(stack))}).encode(), kind="infer")

    records = eventually(lambda: stack.get(f"/matches?thing={THING}")["records"], within_s=5, why=stack.log)
    assert _dropped(stack, "status_line") == before + 1
    assert records[0]["session"] is None
    assert len(records[0]["matches"]) == 6


def test_a_camera_with_a_wrong_clock_is_told_so(stack: Stack) -> None:
    wrong = "clock-7"
    status = (f"lookalike/{wrong}/status", b'{"state":"online"}', 1, True)
    late = observation(_dim(stack), thing=wrong, model=_model(stack), captured_at="2020-01-01T00:00:00Z")

    def told_after_another_frame() -> dict[str, Any] | None:
        publish.single(f"lookalike/{wrong}/features", late, **stack.broker)
        return _camera(stack, wrong, "clock_wrong")

    try:
        publish.multiple([status], **stack.broker)
        camera = eventually(told_after_another_frame, within_s=10, why=stack.log)
        assert camera["clock_offset_s"] < -86_400
    finally:
        publish.single(f"lookalike/{wrong}/status", b"", 1, True, **stack.broker)
    eventually(lambda: _camera(stack, wrong, "clock_wrong") is None, within_s=5)


def _camera(stack: Stack, thing: str, state: str) -> dict[str, Any] | None:
    cameras = stack.get("/cameras")["cameras"]
    return next((each for each in cameras if each["thing"] == thing and each["state"] == state), None)
