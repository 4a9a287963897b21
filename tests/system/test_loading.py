"""A search killed while a camera sends, with 10,000 items to read before its first answer."""

from __future__ import annotations

import contextlib
import json
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from common.wire import Observation, encode_observation
from services.adapters.mqtt import MqttClient
from tests.system import pictures
from tests.system.loading import MANY, SEEN, TITLE, restarted_search, stored
from tests.system.played import CommandListener, PlayedCamera
from tests.system.stack import ROOT, Stack, eventually, running

EVERY_S = 0.2


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system with MANY items that announces matches to Home Assistant."""
    folder = tmp_path_factory.mktemp("many")
    data, settings = stored(folder)
    with running(folder, settings=settings | {"LOOKALIKE_HOME_ASSISTANT": "1"}, data=data) as stack:
        eventually(lambda: stack.get("/healthz")["status"] == "ok", within_s=60, why=stack.log)
        yield stack


@contextlib.contextmanager
def sending(stack: Stack, thing: str) -> Iterator[None]:
    """A camera that shows the red kettle many times a second, with or without a search."""
    ending, model = threading.Event(), stack.get("/healthz")["checks"]["index"]["model"]
    client = MqttClient(stack.address("broker"), filters=["probe/sender"], qos=0, on_message=lambda *_: None)

    def send() -> None:
        seq = 0
        while not ending.wait(EVERY_S):
            seq += 1
            seen = Observation(thing, SEEN, time.time(), "0a1b2c3d", seq, model)
            client.publish(f"lookalike/{thing}/features", encode_observation(seen))

    client.start()
    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
        client.stop()


def records(stack: Stack) -> list[dict[str, Any]]:
    """The newest match records, newest first."""
    found: list[dict[str, Any]] = stack.get("/matches?limit=100")["records"]
    return found


def titles(stack: Stack) -> list[str]:
    """Titles of the newest records' best matches, newest first."""
    return [record["matches"][0]["title"] for record in records(stack)]


def shown(listener: CommandListener) -> list[str]:
    """States announced to Home Assistant."""
    return [json.loads(payload)["shown"] for payload in listener.of("match")]


def dropped_as_loading(stack: Stack) -> float:
    """The number of observations that the search has dropped because its index was loading."""
    name = 'lookalike_search_dropped_total{reason="loading"} '
    lines = stack.client.get("/metrics").text.splitlines()
    return sum(float(line.removeprefix(name)) for line in lines if line.startswith(name))


@contextlib.contextmanager
def watching(stack: Stack, lines: queue.SimpleQueue[str]) -> Iterator[None]:
    """The output lines of `lookalike watch`."""
    command = [sys.executable, "-m", "services.cli", "watch"]
    with subprocess.Popen(command, cwd=ROOT, env=stack.environ, stdout=subprocess.PIPE, text=True) as process:
        output = process.stdout
        assert output is not None

        def read() -> None:
            for line in output:
                lines.put(line)

        reading = threading.Thread(target=read)
        reading.start()
        try:
            yield
        finally:
            process.send_signal(signal.SIGINT)
            reading.join()
            assert process.wait(10) == 130


def until_line(lines: queue.SimpleQueue[str], text: str) -> None:
    """Return when a line that contains `text` has come."""
    while text not in lines.get(timeout=20):
        pass


def loading(stack: Stack) -> dict[str, Any] | None:
    """The index's loading progress in the api's health."""
    answer = stack.client.get("/healthz")
    state = answer.json()
    assert (answer.status_code == 503) == (state["status"] != "ok")
    found: dict[str, Any] | None = state["checks"]["index"].get("loading")
    assert (state["status"] == "loading") == (found is not None), state
    return found


def test_a_search_that_was_killed_gives_no_verdict_before_it_has_read_its_items(many: Stack) -> None:
    store = many.folder / "stored" / "items.sqlite"
    with sending(many, "door"), CommandListener(many.address("broker"), "lookalike/+/match") as heard:
        eventually(lambda: titles(many)[:1] == [TITLE], within_s=20, why=many.log)
        with restarted_search(many, store) as search:
            last = records(many)[0]["id"]
            # The store is out of reach at first.
            eventually(lambda: dropped_as_loading(many) > 0, within_s=30, why=many.log)
            state = many.get("/healthz")
            assert (state["status"], state["checks"]["index"]["ok"]) == ("failing", False)
            assert "not there yet" in state["checks"]["index"]["detail"]

            search.let_read_slowly()
            dropped = dropped_as_loading(many)
            found = loading(many)
            assert found is not None
            assert (0 < found["read"] < MANY, found["total"]) == (True, MANY)
            answer = many.client.post("/search", files={"image": pictures.picture(1)})
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert (answer.json()["loading"]["total"], answer.json()["detail"][:21]) == (
                MANY,
                "the index is loading:",
            )
            vectors = httpx.post(
                f"{many.address('search')}/invocations", json={"instances": [{"features": [1, 0, 0, 0]}]}
            )
            assert (vectors.status_code, vectors.json()["loading"]["total"]) == (503, MANY)
            eventually(lambda: dropped_as_loading(many) > dropped, within_s=20, why=many.log)
            assert records(many)[0]["id"] == last

            search.let_read_all()
            eventually(lambda: records(many)[0]["id"] > last, within_s=30, why=many.log)
            assert (search.loading(), loading(many)) == (None, None)
            since = [record for record in records(many) if record["id"] > last]
            assert {record["verdict"] for record in since} == {"match"}
            assert {record["matches"][0]["title"] for record in since} == {TITLE}
            eventually(lambda: shown(heard)[-1] == TITLE, within_s=20, why=many.log)
    assert set(shown(heard)) == {TITLE, "loading"}


def test_doctor_and_watch_say_that_the_index_is_loading(many: Stack) -> None:
    with (
        sending(many, "hall"),
        restarted_search(many, many.folder / "stored" / "items.sqlite") as search,
        PlayedCamera(many, "hall") as camera,
    ):
        camera.say("online")
        lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        with watching(many, lines):
            until_line(lines, " hall ")
            search.let_read_slowly()
            done = many.cli("doctor")
            wait = rf"wait  search: the index is loading: [1-9]\d* of {MANY} items read"
            assert re.search(wait, done.stdout), done.stdout + done.stderr
            assert "ok    api: healthy" in done.stdout
            assert ("FAIL" in done.stdout, done.returncode) == (False, 0)
            search.let_read_all()
            until_line(lines, f" of {MANY} items read")
            until_line(lines, f"loaded       {MANY} items")
