"""The api function: each row of the HTTP contract as AWS answers it."""

from __future__ import annotations

import json
import logging
import random
import secrets
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import httpx
import pytest

from services.bootstrap.lambdas.api import api_parts
from services.bootstrap.lambdas.search import search_parts
from services.bootstrap.lambdas.status import status_parts
from services.core.cameras.previews import WATCH_COMMAND
from services.core.errors import InputError
from services.lambdas import api, exchanged
from services.lambdas.api import ApiFunction
from services.lambdas.search import SearchFunction
from services.lambdas.status import StatusFunction
from tests.lambdas.function import Answered, Aws, FakeContext, features, form, http_event, rule_event
from tests.system.pictures import picture

ONLINE = rule_event("lookalike/cam-1/status", b'{"state":"online"}')


@pytest.fixture(scope="module")
def function(on_aws: Aws) -> Iterator[ApiFunction]:
    assert on_aws
    with closing(ApiFunction(api_parts())) as made:
        yield made


def ask(function: ApiFunction, path: str, method: str = "GET", **more: Any) -> Answered:
    return Answered.of(function(http_event(path, method, **more), FakeContext()))


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


def json_body(value: object) -> dict[str, Any]:
    return {"body": json.dumps(value).encode(), "headers": {"content-type": "application/json"}}


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
    assert health.json["checks"]["index"]["items"] == 1
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


def test_commands_to_cameras_go_through_aws_iot(function: ApiFunction, on_aws: Aws) -> None:
    StatusFunction(status_parts())(ONLINE, FakeContext())
    frame = ask(
        function, "/cameras/web-1/frames", "POST", body=picture(1), headers={"content-type": "image/jpeg"}
    )
    assert frame.status == 202, frame.content
    assert on_aws.heard.pop() == ("lookalike/web-1/frame", picture(1))
    large = picture(1) + bytes(128 * 1024)
    refused = ask(
        function, "/cameras/web-1/frames", "POST", body=large, headers={"content-type": "image/jpeg"}
    )
    assert refused.status == 413
    assert on_aws.heard == []


def test_a_camera_answers_through_the_status_function(on_aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    status = StatusFunction(status_parts())
    status(ONLINE, FakeContext())
    parts = api_parts()
    publish = parts.api.link.publish

    def published(topic: str, payload: bytes, **more: Any) -> bool:
        sent = publish(topic, payload, **more)
        status(rule_event(json.loads(payload)["reply"], picture(2)), FakeContext())
        return sent

    monkeypatch.setattr(parts.api.link, "publish", published)
    with closing(ApiFunction(parts)) as function:
        added = ask(
            function, "/items", "POST", **json_body({"title": "Seen", "id": "seen", "thing": "cam-1"})
        )
        assert added.status == 201, added.content
        assert ask(function, "/items/seen", "DELETE").status == 200
    topic, command = on_aws.heard.pop()
    assert topic == "lookalike/cam-1/command"
    assert json.loads(command)["max_bytes"] < 128 * 1024


def test_a_camera_is_watched_where_previews_are_switched_on(
    on_aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKALIKE_PREVIEWS", "1")
    status = StatusFunction(status_parts())
    status(ONLINE, FakeContext())
    with closing(ApiFunction(api_parts())) as function:
        assert ask(function, "/cameras/cam-1/preview").status == 503
        assert on_aws.heard.pop() == ("lookalike/cam-1/command", WATCH_COMMAND)
        message = rule_event("lookalike/cam-1/preview", picture(1))
        assert status([message, message | {"payload": ""}], FakeContext()) == {
            "kept": 1,
            "dropped": {"field": 1},
        }
        shown = ask(function, "/cameras/cam-1/preview")
        assert (shown.status, shown.content) == (200, picture(1))
        again = ask(function, "/cameras/cam-1/preview", headers={"if-none-match": shown.headers["etag"]})
        assert again.status == 304
    assert on_aws.heard == []


def test_without_aws_iot_a_camera_can_not_be_asked(on_aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    assert on_aws
    StatusFunction(status_parts())(ONLINE, FakeContext())
    monkeypatch.setenv("LOOKALIKE_IOT_ENDPOINT", "http://127.0.0.1:9")
    with closing(ApiFunction(api_parts())) as function:
        answer = ask(function, "/cameras/cam-1/moments", "POST")
        assert answer.status == 503
        assert ask(function, "/healthz").json["checks"]["broker"]["ok"] is False


def test_wrong_keys_are_counted_over_all_functions_by_cloudfronts_address(
    on_aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert on_aws
    monkeypatch.setenv("LOOKALIKE_ORIGIN_KEY", "of-cloudfront")
    functions = [ApiFunction(api_parts()) for _ in range(2)]

    def guess(number: int, viewer: str, **headers: str) -> int:
        of = {"x-lookalike-origin": "of-cloudfront", "cloudfront-viewer-address": viewer, **headers}
        return ask(functions[number % 2], "/items/mug", "DELETE", key="guess", headers=of).status

    try:
        forged = {"x-forwarded-for": f"10.0.0.{secrets.randbelow(200)}"}
        assert [guess(n, "203.0.113.9:1", **forged) for n in range(11)] == [401] * 10 + [429]
        assert guess(0, "[2001:db8::1]:443") == 401
        assert guess(1, "no address") == 401
        around = ask(functions[0], "/matches", headers={"x-lookalike-origin": "guess"})
        assert around.status == 403
    finally:
        for function in functions:
            function.close()


def test_without_cloudfronts_key_its_header_says_nothing(on_aws: Aws) -> None:
    assert on_aws
    with closing(ApiFunction(api_parts())) as function:
        viewers = [{"cloudfront-viewer-address": f"10.1.1.{n}:1"} for n in range(11)]
        told = [ask(function, "/items/mug", "DELETE", key="guess", headers=each) for each in viewers]
        assert [told[0].status, told[-1].status] == [401, 429]


def test_an_answer_that_is_too_large_says_so(function: ApiFunction, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MOST_CHARACTERS", 10)
    answer = ask(function, "/items")
    assert answer.status == 413
    assert "ask for less" in answer.json["detail"]


@pytest.mark.parametrize("missing", ["LOOKALIKE_API_KEY", "LOOKALIKE_PUBLIC_URL"])
def test_a_function_that_all_can_reach_needs_key_and_address(
    on_aws: Aws, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    assert on_aws
    monkeypatch.delenv(missing)
    with pytest.raises(InputError, match=missing):
        api_parts()


def test_hostile_events_are_refused_and_counted(
    function: ApiFunction, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    chance = random.Random(18)
    values: list[Any] = [None, 7, "", "x", "\ud800", [], [7], {}, {"a": 7}, {7: "a"}, True, "1.0", "=" * 9]
    refused = 0
    for _ in range(2000):
        event = http_event(
            chance.choice(["/alive", "/cameras/%2e%2e/preview", "/items/\x00", "//"]), key=None
        )
        inner = [event, event["requestContext"], event["requestContext"]["http"], event["headers"]]
        for place in chance.sample(inner, chance.randrange(1, 4)):
            place[chance.choice([*place, "more"])] = chance.choice(values)
        whole = chance.choice(values) if chance.random() < 0.05 else event
        answer = function(whole, FakeContext())
        assert 200 <= answer["statusCode"] < 500
        refused += "payload format 2.0" in str(answer.get("body"))
    assert refused > 500
    counted = sum(getattr(record, "counts", {}).get("event", 0) for record in caplog.records)
    assert counted == refused
    assert ask(function, "/alive", key=None).status == 200


def test_the_page_comes_from_the_function_too(function: ApiFunction) -> None:
    page = ask(function, "/", key=None)
    assert page.status == 200
    assert "<title>" in page.text
