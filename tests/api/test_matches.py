"""The public HTTP contract, on the running system."""

from __future__ import annotations

import json
import re
import time

import pytest

from common.wire import from_iso
from services.core.search.votes import FRAMES
from tests.system.pictures import picture
from tests.system.stack import Stack, eventually, newest_records

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
    records = newest_records(stack, 2)

    newest = records[0]
    assert set(newest) == RECORD
    assert [record["id"] for record in records] == sorted((r["id"] for r in records), reverse=True)
    assert abs(time.time() - from_iso(newest["captured_at"])) < 5
    assert from_iso(newest["expires_at"]) - from_iso(newest["captured_at"]) == pytest.approx(5)
    assert set(newest["timings_ms"]) == {"capture", "embed", "codes", "transport", "search"}
    scores = [match["score"] for match in newest["matches"]]
    assert len(scores) == 6
    assert scores == sorted(scores, reverse=True)
    assert sum(scores) <= 1.0005
    assert newest["margin"] == pytest.approx(scores[0] - scores[1], abs=2e-4)
    assert 1 <= newest["frames"] <= FRAMES
    assert stack.get(f"/matches?after={newest['id'] + 10**6}") == {"records": []}
    assert stack.get("/matches?thing=nobody") == {"records": []}
    assert stack.client.get("/matches?limit=0").status_code == 422


def test_the_2018_form_survives_the_2018_pages_quote_swap(stack: Stack) -> None:
    newest_records(stack, 2)
    answer = stack.client.post("/matches", json={"ApiCallType": "check-search-results"}).json()

    assert answer["statusCode"] == "200"
    matches = json.loads(answer["body"].replace("'", '"'))["matches"]
    assert all(match["title"] and match["url"].startswith(stack.page) for match in matches)


def test_the_2018_form_answers_an_empty_queue_with_no_matches(empty: Stack) -> None:
    answer = empty.client.post("/matches").json()

    assert json.loads(answer["body"]) == {"matches": []}


@pytest.mark.parametrize("k", ["0", "101", "9" * 5000, "x", "-1"])
def test_a_strange_k_is_refused(stack: Stack, k: str) -> None:
    answer = stack.client.post("/search", files={"image": picture(1)}, data={"k": k})
    assert answer.status_code == 400
    assert "k is" in answer.json()["detail"]


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
    assert record["matches"][0]["distance"] < record["matches"][1]["distance"] - 0.1


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
    eventually(lambda: stack.client.get("/healthz").status_code == 200, within_s=20, why=stack.log)
    health = eventually(lambda: h if (h := stack.get("/healthz"))["cameras"] else None, within_s=10)

    assert health["status"] == "ok"
    assert {name for name, check in health["checks"].items() if check["ok"]} == {
        "store",
        "pictures",
        "redis",
        "broker",
        "index",
    }
    assert health["cameras"][0]["thing"] == "cam-1"
    # A newer status of the camera may come between the two.
    eventually(lambda: stack.get("/healthz")["cameras"] == stack.get("/cameras")["cameras"], within_s=10)


def test_every_call_is_documented(stack: Stack) -> None:
    assert "openapi.json" in stack.client.get("/docs").text
    documented = stack.get("/openapi.json")["paths"]
    calls = {
        f"{method.upper()} {re.sub(r'{.+?}', '{}', path)}"
        for path, methods in documented.items()
        for method in methods
    }
    # The fields of the design; the contracts have more.
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
