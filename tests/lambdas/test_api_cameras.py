"""Cameras from the api function: commands through AWS IoT, answers and previews through Redis."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import pytest

from services.bootstrap.lambdas.api import api_parts
from services.bootstrap.lambdas.status import status_parts
from services.core.cameras.previews import WATCH_COMMAND
from services.lambdas.api import ApiFunction
from services.lambdas.status import StatusFunction
from tests.lambdas.calls import ONLINE, ask, json_body
from tests.lambdas.function import Aws, FakeContext, rule_event
from tests.system.pictures import picture


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
