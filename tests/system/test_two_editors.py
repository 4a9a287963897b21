"""Two editors change one item at once, repeatedly, on each store, and nothing is lost.

In each round both read the same revision and write a field of their own over it: one succeeds, the other
is refused with the first one's text, and writes its own over that. Then each changes another field
without a condition.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from services.adapters.dynamodb_items.layout import create_table
from tests import aws, servers
from tests.edge.kit import write_model
from tests.servers import Server, free_port, until
from tests.system.editor import EditorProcess
from tests.system.pictures import picture
from tests.system.stack import ROOT

ITEM = "shared"


@contextlib.contextmanager
def apis(folder: Path, *, count: int, settings: dict[str, str]) -> Iterator[list[str]]:
    """The pages of several apis of one catalogue, with an item in it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LOOKALIKE_")}
    pages, processes = list[str](), list[subprocess.Popen[bytes]]()
    with servers.redis_server() as redis, servers.broker() as broker, (folder / "log").open("wb") as log:
        shared = settings | {
            "LOOKALIKE_DATA_DIR": str(folder / "data"),
            "LOOKALIKE_MODEL": str(write_model(folder / "means.onnx")),
            "LOOKALIKE_REDIS_URL": redis.url,
            "LOOKALIKE_MQTT_URL": broker.url,
            # For the same pictures in all answers.
            "LOOKALIKE_PUBLIC_URL": "http://shop.example",
        }
        try:
            for _ in range(count):
                port = free_port()
                environ = clean | shared | {"LOOKALIKE_PORT": str(port)}
                command = [sys.executable, "-m", "services.api"]
                processes.append(subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log))
                pages.append(f"http://127.0.0.1:{port}")
            for page in pages:
                until(lambda page=page: answers(page), within_s=60, what=f"{page} answers")  # type: ignore[misc]
            form = {"id": ITEM, "title": "Shared"}
            files = {"image": picture(1)}
            httpx.post(f"{pages[0]}/items", timeout=60, data=form, files=files).raise_for_status()
            yield pages
        finally:
            for process in processes:
                process.kill()
                process.wait()


def answers(page: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{page}/items", timeout=60).status_code == 200
    return False


@pytest.fixture(params=["sqlite", "dynamodb"])
def editors(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[EditorProcess]]:
    """Two editor processes: with the one api that may write to SQLite, or with an api each."""
    settings = dict[str, str]()
    if request.param == "dynamodb":
        server: Server = request.getfixturevalue("shared_aws")
        table = f"two-editors-{tmp_path.name}"
        create_table(aws.client("dynamodb", server.url), table)
        settings = aws.CREDENTIALS | {"AWS_ENDPOINT_URL": server.url}
        settings["LOOKALIKE_STORE"] = f"dynamodb://{table}"
    with apis(tmp_path, count=2 if settings else 1, settings=settings) as pages:
        made = [EditorProcess(page, ITEM, name) for page, name in zip((pages * 2)[:2], "ab", strict=True)]
        yield made
        for editor in made:
            editor.stop()


@pytest.mark.parametrize("rounds", [50, pytest.param(1000, marks=pytest.mark.soak)])
def test_of_two_who_write_over_one_revision_one_is_refused_and_both_changes_are_kept(
    editors: list[EditorProcess], rounds: int
) -> None:
    winners = Counter[str]()
    for number in range(rounds):
        order = editors[:: 1 if number % 2 else -1]
        winners[race(order, str(number))] += 1
        for editor, words in zip(editors, words_of(number), strict=True):
            editor.begin(words=words)
        assert [editor.answer()["status"] for editor in editors] == [200, 200]
        for editor in editors:
            editor.begin()
            item = editor.answer()["body"]
            assert item["metadata"] == {"a": str(number), "b": str(number)}
            assert ({"title": item["title"]}, {"link": item["link"]}) == words_of(number)
    print(f"{rounds} rounds; who was first: {dict(winners)}")
    assert winners.total() == rounds


def words_of(number: int) -> tuple[dict[str, str], dict[str, str]]:
    return {"title": f"Title {number}"}, {"link": f"https://shop.example/{number}"}


def race(editors: list[EditorProcess], value: str) -> str:
    """Let both write over one revision; returns the name of the one that succeeded at once."""
    for editor in editors:
        editor.begin()
    read = [editor.answer()["body"]["revision"] for editor in editors]
    assert read[0] == read[1]
    for editor in editors:
        editor.begin(value=value)
    told = {editor.name: editor.answer() for editor in editors}
    assert sorted(answer["status"] for answer in told.values()) == [200, 409], told
    first, second = sorted(editors, key=lambda editor: int(told[editor.name]["status"]))
    won, refused = told[first.name]["body"], told[second.name]["body"]
    # The refusal holds the item as the first editor has left it, neither older nor mixed.
    assert refused["current"] == {name: won[name] for name in refused["current"]}
    assert told[first.name]["etag"] == told[second.name]["etag"]
    assert refused["current"]["revision"] != read[0]
    second.begin(value=value)
    again = second.answer()
    assert (again["status"], again["body"]["metadata"]) == (200, {"a": value, "b": value})
    return first.name
