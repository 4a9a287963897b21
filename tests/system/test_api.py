"""The public HTTP contract, on the running system."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.core.votes import FRAMES
from services.core.wire import from_iso
from tests.system.pictures import picture
from tests.system.stack import ROOT, Stack, eventually, running

RECORD = {
    "id",
    "thing",
    "session",
    "seq",
    "captured_at",
    "searched_at",
    "expires_at",
    "model",
    "verdict",
    "frames",
    "margin",
    "matches",
    "box",
    "timings_ms",
}


def test_matches_are_fresh_complete_and_newest_first(stack: Stack) -> None:
    records = eventually(lambda: _two(stack), within_s=20, why=stack.log)

    newest = records[0]
    assert set(newest) == RECORD
    assert [record["id"] for record in records] == sorted((r["id"] for r in records), reverse=True)
    assert abs(time.time() - from_iso(newest["captured_at"])) < 5
    assert from_iso(newest["expires_at"]) - from_iso(newest["captured_at"]) == pytest.approx(5)
    assert set(newest["timings_ms"]) == {"capture", "embed", "transport", "search"}
    scores = [match["score"] for match in newest["matches"]]
    assert len(scores) == 6
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) <= 1.0005
    assert newest["margin"] == pytest.approx(scores[0] - scores[1], abs=2e-4)
    assert 1 <= newest["frames"] <= FRAMES
    assert stack.get(f"/matches?after={newest['id'] + 10**6}") == {"records": []}
    assert stack.get("/matches?thing=nobody") == {"records": []}
    assert stack.client.get("/matches?limit=0").status_code == 422


def _two(stack: Stack) -> list[dict[str, Any]] | None:
    records = stack.get("/matches?limit=2&thing=cam-1")["records"]
    return records if len(records) == 2 else None


def test_the_2018_form_survives_the_2018_pages_quote_swap(stack: Stack) -> None:
    eventually(lambda: _two(stack), within_s=20, why=stack.log)
    answer = stack.client.post("/matches", json={"ApiCallType": "check-search-results"}).json()

    assert answer["statusCode"] == "200"
    matches = json.loads(answer["body"].replace("'", '"'))["matches"]
    assert all(match["title"] and match["url"].startswith(stack.page) for match in matches)


def test_the_2018_form_answers_an_empty_queue_with_no_matches(empty: Stack) -> None:
    answer = empty.client.post("/matches").json()

    assert json.loads(answer["body"]) == {"matches": []}


def test_the_stream_begins_with_time_camera_and_newest_record_and_goes_on(stack: Stack) -> None:
    eventually(lambda: _two(stack), within_s=20, why=stack.log)
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
    older = eventually(lambda: _two(stack), within_s=20, why=stack.log)[1]["id"]
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
        lines = response.iter_lines()  # dropped, it would close the stream
        assert "event: heartbeat" in lines
        assert float(open_streams()) == float(before) + 1
    eventually(lambda: open_streams() == before, within_s=5)


@pytest.mark.parametrize("last", ["9" * 5000, "x", "-1"])
def test_a_strange_last_event_id_counts_as_none(stack: Stack, last: str) -> None:
    eventually(lambda: _two(stack), within_s=20, why=stack.log)
    with stack.client.stream("GET", "/matches/stream", headers={"Last-Event-ID": last}) as response:
        assert "event: match" in response.iter_lines()


@pytest.mark.parametrize("k", ["0", "101", "9" * 5000, "x", "-1"])
def test_a_strange_k_is_refused(stack: Stack, k: str) -> None:
    answer = stack.client.post("/search", files={"image": picture(1)}, data={"k": k})
    assert answer.status_code == 400
    assert "k is" in answer.json()["detail"]


def test_the_page_itself_may_write(empty: Stack) -> None:
    headers = {"Origin": empty.page}
    answer = empty.client.post("/items", headers=headers, files={"image": picture(7)}, data={"title": "own"})
    assert answer.status_code == 201


def test_a_catalogue_picture_finds_itself(stack: Stack) -> None:
    item = stack.get("/items?limit=1")["items"][0]
    content = stack.client.get(item["url"])
    record = stack.client.post("/search", files={"image": content.content}, data={"k": "3"}).json()

    assert content.headers["content-type"] == "image/jpeg"
    assert set(record) == RECORD
    assert record["id"] is None
    x, y, width, height = record["box"]
    assert 0 <= x < x + width <= 1.001
    assert 0 <= y < y + height <= 1.001
    assert record["verdict"] == "match"
    assert len(record["matches"]) == 3
    assert record["matches"][0]["id"] == item["id"]
    assert record["matches"][0]["distance"] < 0.05


def test_items_are_paged_without_gap_or_double(stack: Stack) -> None:
    ids: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = stack.client.get("/items", params={"cursor": cursor, "limit": 7}).json()
        ids += [item["id"] for item in page["items"]]
        cursor = page["next"]

    assert len(ids) >= 48
    assert ids == sorted(set(ids))
    assert stack.get(f"/items/{ids[0]}")["id"] == ids[0]


def test_an_added_item_is_found_with_what_was_said_of_it(empty: Stack) -> None:
    answer = empty.client.post(
        "/items",
        files={"image": picture(100)},
        data={"title": "Grandma's “blue” bowl", "id": "bowl 1", "colour": "blue"},
    )
    change = answer.json()["change"]
    eventually(lambda: empty.get("/healthz")["checks"]["index"].get("cursor", 0) >= change, within_s=5)
    found = empty.client.post("/search", files={"image": picture(100)}).json()["matches"][0]

    assert answer.status_code == 201
    assert found["title"] == "Grandma's “blue” bowl"
    assert found["metadata"] == {"colour": "blue"}
    assert empty.client.get(found["url"]).content == picture(100)


@pytest.mark.parametrize(
    ("title", "image", "says"),
    [
        ("", picture(1), "title"),
        ("a", b"no picture", "not a picture"),
        ("a", picture(1)[:300], "damaged"),
        ("a", None, "image"),
    ],
)
def test_a_bad_item_is_refused_with_its_reason(
    empty: Stack, title: str, image: bytes | None, says: str
) -> None:
    before = empty.get("/items")
    files = {"image": image} if image is not None else {"other": b"x"}
    answer = empty.client.post("/items", files=files, data={"title": title})

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]
    assert empty.get("/items") == before


def test_health_names_each_dependency_and_camera(stack: Stack) -> None:
    health = eventually(lambda: h if (h := stack.get("/healthz"))["cameras"] else None, within_s=10)

    assert health["status"] == "ok"
    assert {name for name, check in health["checks"].items() if check["ok"]} == {
        "store",
        "redis",
        "broker",
        "index",
    }
    assert health["cameras"][0]["thing"] == "cam-1"
    assert health["cameras"] == stack.get("/cameras")["cameras"]


def test_every_call_is_documented(stack: Stack) -> None:
    assert "openapi.json" in stack.client.get("/docs").text
    documented = stack.get("/openapi.json")["paths"]
    calls = {
        f"{method.upper()} {re.sub(r'{.+?}', '{}', path)}"
        for path, methods in documented.items()
        for method in methods
    }
    # Those of the design; the contracts have more.
    assert calls >= {
        "GET /matches",
        "POST /matches",
        "GET /matches/stream",
        "POST /matches/{}/feedback",
        "POST /search",
        "GET /items",
        "POST /items",
        "GET /items/{}",
        "PUT /items/{}",
        "DELETE /items/{}",
        "GET /items/{}/image",
        "GET /cameras",
        "GET /cameras/{}/preview",
        "POST /cameras/{}/frames",
        "GET /healthz",
        "GET /metrics",
    }


def test_the_page_is_served_with_a_strict_policy(stack: Stack) -> None:
    page = stack.client.get("/")

    assert "text/html" in page.headers["content-type"]
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    for script in (ROOT / "web" / "js").glob("*.js"):
        assert "javascript" in stack.client.get(f"/js/{script.name}").headers["content-type"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "["}, 421),
        ({"Origin": "http://["}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_a_strange_page_in_the_same_browser_cannot_write(
    empty: Stack, headers: dict[str, str], status: int
) -> None:
    answer = empty.client.post("/items", headers=headers, files={"image": picture(1)}, data={"title": "a"})

    assert answer.status_code == status


def test_a_key_is_asked_for_where_one_is_set(tmp_path: Path) -> None:
    settings = {"LOOKALIKE_SAMPLES": "0", "LOOKALIKE_SOURCE": "none", "LOOKALIKE_API_KEY": "s3cret"}
    with running(tmp_path, settings=settings) as closed:
        form = {"files": {"image": picture(1)}, "data": {"title": "a"}}
        without = closed.client.post("/items", **form)  # type: ignore[arg-type]
        wrong = httpx.post(f"{closed.page}/items", headers={"Authorization": "Bearer no"}, **form)  # type: ignore[arg-type]
        right = httpx.post(f"{closed.page}/items", headers={"Authorization": "Bearer s3cret"}, **form)  # type: ignore[arg-type]

        assert [without.status_code, wrong.status_code, right.status_code] == [401, 401, 201]
        assert closed.client.get("/items").status_code == 200
        assert "s3cret" not in closed.log()
