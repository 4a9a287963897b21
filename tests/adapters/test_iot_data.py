"""Messages to cameras through AWS IoT's HTTPS side."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from botocore.stub import Stubber

from common.wire import AWS_IOT_MESSAGE_BYTES
from services.adapters.iot_data import IotData
from services.core.cameras.link import CameraLink
from services.core.errors import UnavailableError
from tests import aws
from tests.lambdas.function import iot_endpoint


def client(url: str) -> Any:
    return aws.client("iot-data", url, read_timeout=5)


def test_a_message_is_published() -> None:
    heard: list[tuple[str, bytes]] = []
    with iot_endpoint(heard) as url:
        link: CameraLink = IotData(client(url))
        assert link.publish("lookalike/cam-1/command", b'{"do":"watch"}', qos=1)
        assert link.connected
        assert not link.publish("lookalike/cam-1/frame", bytes(AWS_IOT_MESSAGE_BYTES + 1))
    assert heard == [("lookalike/cam-1/command", b'{"do":"watch"}')]
    assert link.max_bytes == AWS_IOT_MESSAGE_BYTES


def test_what_is_asked_of_aws_iot_are_topic_service_and_retaining() -> None:
    iot = client("http://127.0.0.1:9")
    with Stubber(iot) as stubbed:
        asked = {"topic": "lookalike/a/status", "qos": 1, "retain": True, "payload": b"{}"}
        stubbed.add_response("publish", {}, asked)
        assert IotData(iot).publish("lookalike/a/status", b"{}", qos=1, retained=True)
        stubbed.assert_no_pending_responses()


def test_a_message_that_is_not_taken_is_told_and_shows_in_the_check(caplog: pytest.LogCaptureFixture) -> None:
    iot = client("http://127.0.0.1:9")
    link = IotData(iot)
    link.check()
    with Stubber(iot) as stubbed, caplog.at_level(logging.WARNING):
        stubbed.add_client_error("publish", "ThrottlingException", "token TOKEN", 429)
        assert not link.publish("lookalike/a/command", b"{}")
        with pytest.raises(UnavailableError, match="AWS IoT does not take messages: ThrottlingException"):
            link.check()
        stubbed.add_response("publish", {})
        assert link.publish("lookalike/a/command", b"{}")
    link.check()
    assert "TOKEN" not in caplog.text
    assert "ThrottlingException" in caplog.text


def test_without_a_network_a_message_is_dropped() -> None:
    link = IotData(client("http://127.0.0.1:9"))
    assert not link.publish("lookalike/a/command", b"{}")
    with pytest.raises(UnavailableError):
        link.check()
