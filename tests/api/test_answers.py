"""Answers of the running system fit the models' shapes: each GET call once, and some writes."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from common.version import VERSION
from services.contract.camera_models import CamerasAnswer
from services.contract.health_models import AliveAnswer, HealthAnswer
from services.contract.history_models import ShowingAnswer, ShowingPageAnswer
from services.contract.item_models import ChangedItemAnswer, GoneItemAnswer, ItemAnswer, ItemPageAnswer
from services.contract.match_models import MatchesOf2018Answer, RecordAnswer, RecordsAnswer
from services.contract.problem_models import ProblemAnswer
from services.contract.search_models import PingAnswer, PredictionsAnswer, SearchHealthAnswer
from tests.system.pictures import picture
from tests.system.single import add, path
from tests.system.stack import Stack, eventually, newest_records


def fits(model: type[BaseModel], answer: Any) -> None:
    """Assert that an answer has exactly the model's fields, of their types."""
    made = model.model_validate(answer, strict=False)
    assert made.model_dump(mode="json", exclude_unset=True) == answer


@pytest.mark.parametrize(
    ("call", "model"),
    [
        ("/matches?limit=5", RecordsAnswer),
        ("/items?limit=3", ItemPageAnswer),
        ("/cameras", CamerasAnswer),
        ("/history?limit=3", ShowingPageAnswer),
        ("/healthz", HealthAnswer),
        ("/alive", AliveAnswer),
    ],
)
def test_each_json_answer_fits_its_model(stack: Stack, call: str, model: type[BaseModel]) -> None:
    newest_records(stack, 1)
    eventually(lambda: stack.get("/cameras")["cameras"], within_s=10)
    answer = stack.client.get(call)
    assert answer.status_code == 200
    fits(model, answer.json())


def test_an_item_its_picture_and_the_health_with_the_version(stack: Stack) -> None:
    item = stack.get("/items?limit=1")["items"][0]
    fits(ItemAnswer, stack.get(path(item["id"])))
    assert stack.client.get(item["url"]).headers["content-type"] == "image/jpeg"
    assert stack.get("/healthz")["version"] == stack.get("/openapi.json")["info"]["version"] == VERSION


def test_answers_of_other_kinds_have_the_declared_type(stack: Stack) -> None:
    newest_records(stack, 1)
    assert stack.client.get("/metrics").headers["content-type"].startswith("text/plain")
    assert stack.client.get("/items/archive").headers["content-type"] == "application/zip"
    call = "/cameras/cam-1/preview"
    preview = eventually(lambda: p if (p := stack.client.get(call)).is_success else None, within_s=10)
    assert preview.headers["content-type"] == "image/jpeg"
    with stack.client.stream("GET", "/matches/stream") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")


def test_the_answers_of_the_search_process_fit_their_models(stack: Stack) -> None:
    with httpx.Client(base_url=stack.address("search"), timeout=10) as client:
        for call, model in (
            ("/ping", PingAnswer),
            ("/alive", AliveAnswer),
            ("/healthz", SearchHealthAnswer),
        ):
            fits(model, client.get(call).json())
        assert client.get("/metrics").headers["content-type"].startswith("text/plain")
        refusal = client.post("/invocations", json={"instances": [{"features": [0.1, 0.2]}]})
        assert (refusal.status_code, refusal.headers["content-type"]) == (400, "application/problem+json")
        fits(ProblemAnswer, refusal.json())
        assert client.post("/search?k=0").json()["detail"] == "`k` is '0'; expected 1 or more"
        vector = [{"features": [1.0] * int(refusal.json()["detail"].rpartition("expected ")[2])}]
        for verbose in ("", "application/json;verbose=true"):
            found = client.post("/invocations", json={"instances": vector}, headers={"Accept": verbose})
            fits(PredictionsAnswer, found.json())


def test_matches_of_2018_and_a_search_fit_their_models(stack: Stack) -> None:
    newest_records(stack, 1)
    answer = stack.client.post("/matches").json()
    fits(MatchesOf2018Answer, answer)
    fits(RecordAnswer, json.loads(answer["body"]))
    found = stack.client.post("/search", files={"image": picture(1)})
    assert found.text.startswith('{"id":null,"thing":"upload",')
    fits(RecordAnswer, found.json())


def test_changes_of_items_and_refusals_fit_their_models(empty: Stack) -> None:
    item = add(empty, 350, id="fitting", title="It's a mug", price="1")
    fits(ChangedItemAnswer, item)
    fits(GoneItemAnswer, empty.client.delete(path("fitting")).json())
    for refusal in (
        empty.client.get(path("fitting")),
        empty.client.get("/items?limit=0"),
        empty.client.post("/items", json={}),
        empty.client.get("/nothing/here"),
    ):
        fits(ProblemAnswer, refusal.json())
        assert refusal.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ("/items?limit=0", "`limit` is '0'; expected 1 or more"),
        ("/items?limit=1001", "`limit` is '1001'; expected 1000 or less"),
        (
            "/matches?limit=x&after=y",
            "`limit` is 'x'; expected a whole number; `after` is",
        ),
        (f"/matches?thing={'x' * 129}", f"`thing` is '{'x' * 59}; expected at most 128 characters"),
        ("/items/a/image?w=100", "`w` is '100'; expected 160, 320 or 640"),
        ("/items/a/image?n=-1", "`n` is '-1'; expected 0 or more"),
    ],
)
def test_a_refused_parameter_is_named_with_what_was_expected(empty: Stack, call: str, says: str) -> None:
    answer = empty.client.get(call)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(says)


def test_a_showing_of_the_clip_has_the_picture_of_its_thing(stack: Stack) -> None:
    newest_records(stack, 1)

    def seen() -> dict[str, Any] | None:
        rows: list[dict[str, Any]] = stack.get("/history?thing=cam-1")["showings"]
        return next((row for row in rows if row["picture"]), None)

    row = eventually(seen, within_s=30, why=stack.log)
    fits(ShowingAnswer, stack.get(f"/history/{row['id']}"))
    picture_of = stack.client.get(f"/history/{row['id']}/picture")
    assert (picture_of.status_code, picture_of.headers["content-type"]) == (200, "image/jpeg")
    assert picture_of.content.startswith(b"\xff\xd8")
