"""The stream of matches over HTTP, on the running system."""

from __future__ import annotations

import pytest

from tests.system.stack import Stack, eventually, newest_records


def test_the_stream_begins_with_time_camera_and_newest_record_and_goes_on(stack: Stack) -> None:
    newest_records(stack, 2)
    names, ids = [], []
    with stack.client.stream("GET", "/matches/stream") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        for line in response.iter_lines():
            names += [line.removeprefix("event: ")] if line.startswith("event: ") else []
            ids += [int(line.removeprefix("id: "))] if line.startswith("id: ") else []
            if len(ids) == 3:
                break

    assert names[:3] == ["heartbeat", "camera", "match"]
    assert ids == sorted(set(ids))


def test_the_stream_goes_on_behind_the_last_event_id(stack: Stack) -> None:
    older = newest_records(stack, 2)[1]["id"]
    with stack.client.stream("GET", "/matches/stream", headers={"Last-Event-ID": str(older)}) as response:
        for line in response.iter_lines():
            if line.startswith("id: "):
                break

    assert int(line.removeprefix("id: ")) > int(str(older))


def test_a_stream_that_is_left_is_closed(empty: Stack) -> None:
    def open_streams() -> str:
        metrics = empty.client.get("/metrics").text.splitlines()
        return next(line.split()[1] for line in metrics if line.startswith("lookalike_api_streams "))

    before = open_streams()
    with empty.client.stream("GET", "/matches/stream?thing=nobody") as response:
        assert response.headers["x-accel-buffering"] == "no"
        lines = response.iter_lines()  # kept, since dropping it would close the stream
        assert "event: heartbeat" in lines
        assert float(open_streams()) == float(before) + 1
    eventually(lambda: open_streams() == before, within_s=5)


@pytest.mark.parametrize("last", ["9" * 5000, "x", "-1"])
def test_a_strange_last_event_id_counts_as_none(stack: Stack, last: str) -> None:
    newest_records(stack, 2)
    with stack.client.stream("GET", "/matches/stream", headers={"Last-Event-ID": last}) as response:
        assert "event: match" in response.iter_lines()
