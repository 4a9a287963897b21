"""The history on AWS: what the search function sees, with its picture, through the api function."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from common.picture_stamp import Stamp, stamped
from services.bootstrap.lambdas.search import search_parts
from services.bootstrap.lambdas.status import status_parts
from services.lambdas.api import ApiFunction
from services.lambdas.search import SearchFunction
from services.lambdas.status import StatusFunction
from tests.lambdas.calls import ask, json_body
from tests.lambdas.function import Aws, FakeContext, features, form, rule_event
from tests.servers import until
from tests.system.pictures import picture


@pytest.fixture(scope="module")
def mug(function: ApiFunction) -> Mapping[str, Any]:
    """An item added through the function."""
    return dict(ask(function, "/items", "POST", **form(image=picture(3), title="A mug", id="mug")).json)


@pytest.fixture(scope="module")
def shown(function: ApiFunction, mug: Mapping[str, Any], on_aws: Aws) -> Mapping[str, Any]:
    """A showing of the mug, whose camera has sent the picture that it was asked for."""
    (item,) = function.parts.api.catalogue.store.get_many([mug["id"]])
    assert item is not None
    on_aws.heard.clear()
    search = SearchFunction(search_parts())
    assert search(features(item, seq=7), FakeContext())["pushed"] == 1
    until(lambda: ask(function, "/history").json["showings"], what="a showing")
    (command,) = [json.loads(each) for _, each in on_aws.heard]
    assert (command["do"], command["session"], command["seq"]) == ("picture", "0a1b2c3d", 7)
    answer = stamped(picture(3), Stamp(command["session"], command["seq"], 1_764_423_000.0))
    kept = StatusFunction(status_parts())(rule_event(command["reply"], answer), FakeContext())
    assert kept == {"kept": 1, "dropped": {}}
    (showing,) = ask(function, "/history").json["showings"]
    return dict(showing)


def test_a_showing_is_kept_with_its_picture(
    function: ApiFunction, shown: Mapping[str, Any], on_aws: Aws
) -> None:
    assert (shown["thing"], shown["verdict"], shown["item"]["id"]) == ("cam-1", "match", "mug")
    assert shown["picture"]
    one = ask(function, f"/history/{shown['id']}")
    assert (one.status, one.json["id"]) == (200, shown["id"])
    kept = ask(function, f"/history/{shown['id']}/picture")
    assert (kept.status, kept.headers["content-type"]) == (200, "image/jpeg")
    assert kept.content.startswith(b"\xff\xd8")
    stored = on_aws.s3.list_objects_v2(Bucket=on_aws.bucket, Prefix="showings/")["Contents"]
    assert [each["Key"] for each in stored] == [f"showings/{shown['id']}.jpg"]
    assert ask(function, "/history", key=None).status == 401


def test_filters_summary_export_and_health_are_answered(
    function: ApiFunction, shown: Mapping[str, Any]
) -> None:
    assert ask(function, "/history", query="verdict=unsure").json["showings"] == []
    by_item = ask(function, "/history", query="item=mug&thing=cam-1").json["showings"]
    assert [each["id"] for each in by_item] == [shown["id"]]
    assert ask(function, "/history/summary").json["most_shown"] == [
        {"id": "mug", "title": "A mug", "count": 1}
    ]
    assert str(shown["id"]) in ask(function, "/history/export").text
    health = ask(function, "/healthz").json["history"]
    assert (health["kept"], health["ok"], health["days"]) == (True, True, 30)


def test_feedback_opens_a_review_that_everybody_sees_and_can_answer(
    function: ApiFunction, shown: Mapping[str, Any]
) -> None:
    record = shown["id"]
    said = ask(function, f"/matches/{record}/feedback", "POST", **json_body({"right": False}))
    assert said.status == 200
    assert ask(function, f"/history/{record}").json["feedback"] == "wrong"
    # It comes to the inbox when it has ended.
    until(lambda: ask(function, "/history/inbox").json["open"], what="a showing to be reviewed")
    (group,) = ask(function, "/history/inbox").json["groups"]
    assert [each["id"] for each in group["showings"]] == [record]
    review = json_body({"ids": [record], "is": "not_in_catalogue"})
    assert (
        ask(function, "/history/review", "POST", **review).json["showings"][0]["review"] == "not_in_catalogue"
    )
    assert ask(function, "/history/inbox").json == {"groups": [], "open": 0}


def test_what_is_deleted_is_gone_with_its_picture(
    function: ApiFunction, shown: Mapping[str, Any], on_aws: Aws
) -> None:
    gone = ask(function, "/history", "DELETE", query=f"id={shown['id']}")
    assert gone.json == {"deleted": 1}
    assert ask(function, "/history").json["showings"] == []
    assert ask(function, f"/history/{shown['id']}/picture").status == 404
    assert on_aws.s3.list_objects_v2(Bucket=on_aws.bucket, Prefix="showings/")["KeyCount"] == 0


@pytest.mark.parametrize("setting", [("LOOKALIKE_HISTORY", ""), ("LOOKALIKE_HISTORY_DAYS", "0")])
def test_without_a_table_or_days_nothing_is_kept_and_it_is_said(
    on_aws: Aws, monkeypatch: pytest.MonkeyPatch, setting: tuple[str, str]
) -> None:
    from services.bootstrap.lambdas.api import api_parts

    assert on_aws
    monkeypatch.setenv(*setting)
    assert search_parts().keeper is None
    assert status_parts().pictures is None
    function = ApiFunction(api_parts())
    answer = ask(function, "/history")
    function.close()
    assert (answer.status, "LOOKALIKE_HISTORY_DAYS is 0" in answer.json["detail"]) == (501, True)
