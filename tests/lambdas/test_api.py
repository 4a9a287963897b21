"""The api function: each row of the HTTP contract as AWS answers it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import httpx
import pytest

from services.bootstrap.lambdas.api import api_parts
from services.bootstrap.lambdas.search import search_parts
from services.bootstrap.lambdas.status import status_parts
from services.lambdas import exchanged
from services.lambdas.api import ApiFunction
from services.lambdas.search import SearchFunction
from services.lambdas.status import StatusFunction
from tests.lambdas.calls import ONLINE, ask, json_body
from tests.lambdas.function import Answered, Aws, FakeContext, features, form, http_event
from tests.system.pictures import picture


@pytest.fixture(scope="module")
def mug(function: ApiFunction) -> Mapping[str, Any]:
    """An item added through the function."""
    added = ask(function, "/items", "POST", **form(image=picture(3), title="A mug", id="mug"))
    assert added.status == 201, added.content
    return dict(added.json)


def test_matches_and_cameras_may_be_kept_for_a_second(function: ApiFunction, mug: Mapping[str, Any]) -> None:
    answered = SearchFunction(search_parts())(observation_of(mug, function), FakeContext())
    assert answered["pushed"] == 1
    StatusFunction(status_parts())(ONLINE, FakeContext())
    matches, cameras = (ask(function, path, key=None) for path in ("/matches", "/cameras"))
    for answer in (matches, cameras):
        assert answer.status == 200
        assert answer.headers["cache-control"] == "public, max-age=1"
    (record,) = matches.json["records"]
    assert (record["thing"], record["matches"][0]["id"]) == ("cam-1", "mug")
    assert record["matches"][0]["url"] == mug["url"]
    later = ask(function, "/matches", query=f"after={record['id']}", key=None)
    assert later.json == {"records": []}
    assert [camera["thing"] for camera in cameras.json["cameras"]] == ["cam-1"]
    old_page = ask(function, "/matches", "POST", key=None).json
    assert json.loads(old_page["body"])["id"] == record["id"]
    said = ask(function, f"/matches/{record['id']}/feedback", "POST", **json_body({"right": True}))
    assert said.status == 200


def observation_of(mug: Mapping[str, Any], function: ApiFunction) -> dict[str, object]:
    """The rule's event for an observation of an item."""
    (item,) = function.parts.api.catalogue.store.get_many([mug["id"]])
    assert item is not None
    return features(item)


@pytest.mark.parametrize("path", ["/matches/stream", "/cameras/cam-1/preview"])
def test_what_a_function_can_not_do_is_refused_at_once(function: ApiFunction, path: str) -> None:
    answer = ask(function, path)
    assert answer.status == 501
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["detail"]


def test_a_search_is_answered_in_the_function_itself(function: ApiFunction, mug: Mapping[str, Any]) -> None:
    found = ask(function, "/search", "POST", **form(image=picture(3), k="1"))
    assert found.status == 200, found.content
    assert [match["id"] for match in found.json["matches"]] == [mug["id"]]
    assert found.json["thing"] == "upload"
    health = ask(function, "/healthz")
    assert health.status == 200, health.content
    index = health.json["checks"]["index"]
    assert (index["items"], index["hubs"]["count"], "space" in index) == (1, 0, True)
    assert "lookalike_search_dropped_total" in ask(function, "/metrics").text


def test_another_function_takes_a_change_back(function: ApiFunction) -> None:
    added = ask(function, "/items", "POST", **form(image=picture(4), title="A vase", id="vase"))
    undo = json_body({"undo": added.json["undo"]})
    # Another function than the one that made the change, as after a cold start.
    with closing(ApiFunction(api_parts())) as other:
        assert ask(other, "/items/undo", "POST", **undo).status == 200
        assert ask(other, "/items/vase").status == 404
        assert ask(other, "/items/undo", "POST", **undo).status == 404


def test_a_picture_that_is_too_large_for_an_answer_is_at_an_address_of_its_own(
    function: ApiFunction, mug: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch, on_aws: Aws
) -> None:
    assert mug
    path = "/items/mug/image"
    whole = ask(function, path, key=None)
    assert (whole.status, whole.content) == (200, picture(3))
    assert "immutable" in whole.headers["cache-control"]
    monkeypatch.setattr("services.lambdas.api_app.MOST_BYTES", len(picture(3)) - 1)
    with closing(ApiFunction(api_parts())) as small:
        elsewhere = ask(small, path, key=None)
        assert (elsewhere.status, elsewhere.headers["cache-control"]) == (307, "no-store")
        assert httpx.get(elsewhere.headers["location"]).content == picture(3)
        assert ask(small, path, query="w=160", key=None).status == 200
    assert on_aws.bucket in elsewhere.headers["location"]


def test_a_large_picture_is_uploaded_to_s3_first(function: ApiFunction) -> None:
    upload = ask(function, "/items/uploads", "POST")
    assert upload.status == 202
    assert httpx.put(upload.json["url"], content=picture(5)).status_code == 200
    added = ask(
        function,
        "/items",
        "POST",
        **json_body({"title": "A plate", "id": "plate", "url": upload.json["result"]}),
    )
    assert added.status == 201, added.content
    assert ask(function, "/items/plate", "DELETE").status == 200


def test_a_small_archive_is_imported_at_once_and_a_large_one_gets_an_address(function: ApiFunction) -> None:
    damaged = ask(function, "/items/archive", "POST", body=b"no archive")
    assert damaged.status == 400
    upload = ask(function, "/items/archive", "POST")
    assert upload.status == 202
    assert upload.json["method"] == "PUT"
    waiting = ask(function, f"/{upload.json['result']}")
    assert (waiting.status, waiting.headers["retry-after"]) == (202, "2")
    assert ask(function, "/items/archive/imports/x").status == 404
    assert ask(function, "/items/archive", "POST", key=None).status == 401


def test_an_export_that_is_not_there_is_wished_for(function: ApiFunction, on_aws: Aws) -> None:
    # No time is left to wait for it.
    answer = Answered.of(function(http_event("/items/archive"), FakeContext(left_s=0)))
    assert (answer.status, answer.headers["retry-after"]) == (503, "10")
    (wish,) = on_aws.s3.list_objects_v2(Bucket=on_aws.bucket, Prefix="exchange/work/")["Contents"]
    name = wish["Key"].removeprefix("exchange/work/").removesuffix(".export")
    on_aws.s3.put_object(Bucket=on_aws.bucket, Key=f"exchange/{exchanged.export(name)}", Body=b"a zip")
    there = ask(function, "/items/archive")
    assert there.status == 303
    download = httpx.get(there.headers["location"])
    assert download.content == b"a zip"
    assert "lookalike-items.zip" in download.headers["content-disposition"]


def test_the_page_comes_from_the_function_too(function: ApiFunction) -> None:
    page = ask(function, "/", key=None)
    assert page.status == 200
    assert "<title>" in page.text
