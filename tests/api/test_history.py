"""The history over HTTP, on a running system that asks for a key; its api is killed too."""

from __future__ import annotations

import io
import json
import os
import signal
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
import redis
from PIL import Image

from common.picture_stamp import Stamp, stamped
from services.adapters.redis_queue import RedisQueue
from services.core.records import MatchRecord, Verdict
from tests.fakes import make_observation, make_record
from tests.system.pictures import picture
from tests.system.played import CommandListener, PlayedCamera
from tests.system.stack import Stack, eventually, running

KEY = {"Authorization": "Bearer s3cret"}


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A system without a camera, whose catalogue holds a mug and a bowl."""
    settings = {"LOOKALIKE_SAMPLES": "0", "LOOKALIKE_SOURCE": "none", "LOOKALIKE_API_KEY": "s3cret"}
    with running(tmp_path_factory.mktemp("history"), settings=settings) as started:
        started.wait_loaded()
        for seed, item in enumerate(("mug", "bowl")):
            form = {"id": item, "title": item}
            answer = started.client.post("/items", headers=KEY, files={"image": picture(seed)}, data=form)
            assert answer.status_code == 201
        yield started


def get(stack: Stack, path: str) -> Any:
    answer = stack.client.get(path, headers=KEY)
    assert answer.status_code == 200, answer.text
    return answer.json()


def show(stack: Stack, thing: str, *, verdict: Verdict = Verdict.MATCH, seq: int = 1) -> list[int]:
    """Push records of a thing that a camera shows from a second ago until now, as its search does."""
    began_s = time.time() - 1
    with redis.Redis.from_url(stack.address("redis"), decode_responses=True) as client:
        queue = RedisQueue(client)
        numbers = [queue.push(_record(thing, began_s + n * 0.25, seq + n, verdict)) for n in range(5)]
    return [number for number in numbers if number is not None]


def _record(thing: str, at_s: float, seq: int, verdict: Verdict) -> MatchRecord:
    seen = replace(make_observation(thing=thing, at_s=at_s, seq=seq), box=(0.25, 0.1, 0.5, 0.8))
    return replace(make_record(seen), verdict=verdict)


def shown(stack: Stack, thing: str, **more: str) -> list[dict[str, Any]]:
    """A camera's showings, once there are some."""
    asked = "&".join(f"{name}={value}" for name, value in {"thing": thing, **more}.items())

    def found() -> list[dict[str, Any]] | None:
        rows: list[dict[str, Any]] = get(stack, f"/history?{asked}")["showings"]
        return rows or None

    return eventually(found, within_s=10, why=stack.log)


@pytest.fixture
def thing() -> str:
    return f"cam-{uuid.uuid4().hex[:8]}"


def test_a_showing_is_one_row_which_ends_when_its_records_expire(keyed: Stack, thing: str) -> None:
    numbers = show(keyed, thing)
    (row,) = shown(keyed, thing)
    assert (row["id"], row["verdict"], row["item"]) == (numbers[0], "match", {"id": "mug", "title": "A mug"})
    # Rows are written twice a second, perhaps between two of the records.
    row = eventually(
        lambda: each if (each := get(keyed, f"/history/{row['id']}"))["frames"] == 5 else None, within_s=10
    )
    assert (row["ended_at"], round(row["latency_ms"], 1)) == (None, 100.0)
    ended = eventually(
        lambda: each if (each := get(keyed, f"/history/{row['id']}"))["ended_at"] else None, within_s=15
    )
    assert ended["ended_at"] == ended["seen_at"]


def test_pages_and_filters(keyed: Stack, thing: str) -> None:
    show(keyed, thing, verdict=Verdict.UNSURE)
    (row,) = shown(keyed, thing, verdict="unsure", review="open", item="mug", **{"from": row_day()})
    assert get(keyed, f"/history?thing={thing}&verdict=match")["showings"] == []
    assert get(keyed, f"/history?thing={thing}&from=2999-01-01")["showings"] == []
    other = f"{thing}-2"
    show(keyed, other)
    shown(keyed, other)
    first = get(keyed, "/history?limit=1")
    second = get(keyed, f"/history?limit=1&after={first['next']}")
    assert first["showings"][0]["id"] > second["showings"][0]["id"]
    assert row["id"] <= second["showings"][0]["id"]


def row_day() -> str:
    return time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() - 86400))


@pytest.mark.parametrize(
    ("call", "status", "said"),
    [
        ("/history?from=x", 400, "`from` is 'x'; expected a time such as 2026-11-29T13:30:00Z, or a date"),
        ("/history?after=x", 400, "`after` is 'x'; expected `next` of the page before"),
        ("/history?limit=0", 422, "`limit` is '0'; expected 1 or more"),
        ("/history/7", 404, "there is no showing 7 in the history (any more)"),
        ("/history/7/picture", 404, "there is no showing 7 in the history (any more)"),
    ],
)
def test_what_is_wrong_is_named(keyed: Stack, call: str, status: int, said: str) -> None:
    answer = keyed.client.get(call, headers=KEY)
    assert (answer.status_code, answer.json()["detail"]) == (status, said)


def test_feedback_is_shown_on_its_row_and_withdrawn(keyed: Stack, thing: str) -> None:
    numbers = show(keyed, thing)
    (row,) = shown(keyed, thing)
    say = f"/matches/{numbers[2]}/feedback"
    assert keyed.client.post(say, headers=KEY, json={"right": False}).status_code == 200
    (now,) = get(keyed, f"/history?thing={thing}&feedback=wrong")["showings"]
    assert (now["id"], now["review"]) == (row["id"], "open")
    keyed.client.post(say, headers=KEY, json={"right": False, "item": "bowl"})
    (now,) = get(keyed, f"/history?thing={thing}&review=item")["showings"]
    assert now["reviewed_item"] == "bowl"
    keyed.client.post(say, headers=KEY, json={"right": None})
    assert get(keyed, f"/history/{row['id']}") | {"frames": 5, "seen_at": ""} == row | {"seen_at": ""}


def test_a_review_counts_for_the_items_and_is_taken_back(keyed: Stack, thing: str) -> None:
    show(keyed, thing)
    (row,) = shown(keyed, thing)
    body = {"ids": [row["id"]], "is": "item", "item": "bowl"}

    def counts() -> list[int]:
        return [get(keyed, f"/items/{item}")["feedback"]["right"] for item in ("mug", "bowl")]

    before = counts()
    answer = keyed.client.post("/history/review", headers=KEY, json=body)
    assert answer.json()["showings"][0]["reviewed_item"] == "bowl"
    assert counts() == [before[0], before[1] + 1]
    keyed.client.post("/history/review", headers=KEY, json=body | {"is": None, "item": None})
    assert (counts(), get(keyed, f"/history/{row['id']}")["review"]) == (before, None)
    refused = keyed.client.post("/history/review", headers=KEY, json=body | {"is": "x"})
    assert (refused.status_code, "`is` is 'x'" in refused.json()["detail"]) == (400, True)


def test_the_inbox_the_summary_and_the_export(keyed: Stack, thing: str) -> None:
    show(keyed, thing, verdict=Verdict.UNSURE)
    (row,) = shown(keyed, thing)

    def waits() -> dict[str, Any] | None:
        found: dict[str, Any] = get(keyed, "/history/inbox")
        rows = [each["id"] for group in found["groups"] for each in group["showings"]]
        return found if row["id"] in rows else None

    assert eventually(waits, within_s=15)["open"] >= 1
    day = get(keyed, f"/history/summary?thing={thing}")
    assert (day["shown"], day["unsure"], sum(each["shown"] for each in day["hours"])) == (1, 1, 1)
    table = keyed.client.get(f"/history/export?thing={thing}", headers=KEY)
    assert table.headers["content-disposition"].endswith('.csv"')
    assert [line.split(",")[0] for line in table.text.splitlines()] == ["id", str(row["id"])]
    assert get(keyed, f"/history/export?format=json&thing={thing}")["showings"][0]["id"] == row["id"]
    assert get(keyed, f"/history/export?format=json&thing={thing}-no") == {"showings": []}


def test_a_new_item_and_a_further_picture_are_made_of_the_very_frame_that_was_judged(keyed: Stack) -> None:
    address = keyed.address("broker")
    with (
        PlayedCamera(keyed) as camera,
        CommandListener(address, f"lookalike/{camera.thing}/command") as heard,
    ):
        camera.say("online")
        show(keyed, camera.thing, verdict=Verdict.UNSURE)

        def asked() -> dict[str, Any] | None:
            commands = (json.loads(each) for each in heard.of("command"))
            return next((each for each in commands if each["do"] == "picture"), None)

        command = eventually(asked, within_s=10, why=keyed.log)
        stamp = Stamp(command["session"], command["seq"], time.time())
        camera.answer(command["reply"], stamped(picture(7), stamp))
        (row,) = eventually(
            lambda: rows if (rows := shown(keyed, camera.thing))[0]["picture"] else None, within_s=10
        )
        number = row["id"]
    jpeg = keyed.client.get(f"/history/{number}/picture", headers=KEY)
    # The box has 48 x 77 of its 96 x 96 pixels, and a margin around it.
    assert Image.open(io.BytesIO(jpeg.content)).size == (60, 94)
    body = {"title": "A teapot", "showing": number}
    item = keyed.client.post("/items", headers=KEY, json=body)
    assert (item.status_code, item.json()["taught"]) == (201, [0])
    more = keyed.client.post("/items/mug/views", headers=KEY, json={"showing": number})
    assert (more.status_code, more.json()["taught"]) == (201, [1])
    said = {"ids": [number], "is": "new_item", "item": item.json()["id"]}
    assert keyed.client.post("/history/review", headers=KEY, json=said).status_code == 200
    both = keyed.client.post("/items", headers=KEY, json=body | {"thing": "cam-1"})
    assert "both `thing` and `showing` are given" in both.json()["detail"]
    assert keyed.client.delete(f"/history?id={number}", headers=KEY).json() == {"deleted": 1}
    assert list((keyed.data / "history").rglob("*.*")) == []
    assert keyed.client.post("/items", headers=KEY, json=body).status_code == 404


def test_showings_are_deleted_by_id_and_by_age(keyed: Stack, thing: str) -> None:
    show(keyed, thing)
    (row,) = shown(keyed, thing)

    def delete(asked: str) -> httpx.Response:
        return keyed.client.delete(f"/history?{asked}", headers=KEY)

    assert delete(f"before=2999-01-01&thing={thing}-no").json() == {"deleted": 0}
    assert delete(f"id={row['id']}&id=7").json() == {"deleted": 1}
    show(keyed, thing, seq=10)  # which belong to the deleted showing
    show(keyed, f"{thing}-2")
    shown(keyed, f"{thing}-2")
    assert get(keyed, f"/history?thing={thing}")["showings"] == []
    refused = ("", "before=x", "id=1&before=2020-01-01", "id=x", "id=99999999999999999999", "id=-1")
    assert [delete(asked).status_code for asked in refused] == [400, 400, 400, 422, 422, 422]


def test_a_reader_without_the_key_is_refused(keyed: Stack) -> None:
    calls = ("/history", "/history/7", "/history/7/picture", "/history/inbox", "/history/export")
    assert {keyed.client.get(call).status_code for call in calls} == {401}


def test_a_damaged_file_stops_no_match_and_is_mended_without_a_restart(keyed: Stack, thing: str) -> None:
    path, damaged = keyed.data / "history.sqlite", keyed.data / "damaged"
    damaged.write_bytes(b"no database " * 1000)
    (keyed.data / "history.sqlite-wal").unlink()
    damaged.rename(path)
    show(keyed, thing)
    eventually(lambda: not keyed.get("/healthz")["history"]["ok"], within_s=10, why=keyed.log)
    health = keyed.client.get("/healthz")
    assert health.status_code == 200
    assert "the file is damaged; move it away, and a new history begins" in health.json()["history"]["detail"]
    assert "lookalike_api_history_failing 1.0" in keyed.client.get("/metrics").text
    assert "the history can't be written" in keyed.cli("doctor").stdout
    assert keyed.client.get("/history", headers=KEY).status_code == 503
    assert keyed.get(f"/matches?thing={thing}")["records"]
    path.rename(damaged)
    eventually(lambda: keyed.get("/healthz")["history"]["ok"], within_s=10, why=keyed.log)
    assert shown(keyed, thing)[0]["item"] == {"id": "mug", "title": "A mug"}


def test_a_killed_api_loses_at_most_the_last_second_and_goes_on_with_the_showing(
    keyed: Stack, thing: str
) -> None:
    numbers = show(keyed, thing)
    (row,) = shown(keyed, thing)
    os.kill(keyed.pid("services.api"), signal.SIGKILL)
    more = show(keyed, thing, seq=10)  # nobody hears these
    keyed.wait_well()

    def caught_up() -> bool:
        (now,) = shown(keyed, thing)
        return bool(now["frames"] == len(numbers) + len(more))

    eventually(caught_up, within_s=20, why=keyed.log)
    assert shown(keyed, thing)[0]["id"] == row["id"]
