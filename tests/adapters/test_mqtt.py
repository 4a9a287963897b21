"""The services' MQTT client against the embedded broker."""

import logging
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.publish as publish
import pytest

from common.mqtt_broker import MqttFiles
from services.adapters.mqtt import MqttClient
from services.core.errors import InputError, UnavailableError
from tests.servers import Server, free_port, until

FEATURES = "lookalike/+/features"


class Arrivals:
    """Remembers messages; raises on the payload `raise`."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, bytes]] = []

    def __call__(self, topic: str, payload: bytes) -> None:
        self.messages.append((topic, payload))
        if payload == b"raise":
            raise RuntimeError("a fault of ours")

    @property
    def payloads(self) -> list[bytes]:
        return [payload for _, payload in self.messages]


@contextmanager
def connected(
    server: Server, *filters: str, heard: Arrivals | None = None, live_filters: Sequence[str] = ()
) -> Iterator[MqttClient]:
    """A client whose subscriptions are in force."""
    hearing = heard or Arrivals()
    probe = f"probe/{id(hearing)}"
    client = MqttClient(
        server.url, filters=[*filters, probe], qos=0, live_filters=live_filters, on_message=hearing
    )
    client.start()
    try:
        wait_subscribed(client, hearing, probe)
        yield client
    finally:
        client.stop()


def wait_subscribed(client: MqttClient, heard: Arrivals, probe: str) -> None:
    """Return once the client receives a message on a topic of its own; those messages are forgotten."""

    def hears_itself() -> bool:
        client.publish(probe, b"")
        time.sleep(0.02)
        return any(topic == probe for topic, _ in heard.messages)

    until(hears_itself, what="the subscription")
    heard.messages = [message for message in heard.messages if message[0] != probe]


def of_cameras(heard: Arrivals) -> list[bytes]:
    return [payload for topic, payload in heard.messages if topic.startswith("lookalike/")]


def test_a_message_on_a_wanted_topic_comes_with_its_topic_and_others_do_not(shared_broker: Server) -> None:
    heard = Arrivals()
    with connected(shared_broker, FEATURES, heard=heard) as client:
        client.publish("lookalike/cam-1/frame", b"not wanted")
        client.publish("lookalike/cam-1/features", b"\0\xff")
        until(lambda: of_cameras(heard))
    messages = [message for message in heard.messages if message[0].startswith("lookalike/")]
    assert messages == [("lookalike/cam-1/features", b"\0\xff")]


def test_a_message_of_the_largest_size_of_the_contract_passes(shared_broker: Server) -> None:
    heard, payload = Arrivals(), bytes(512 * 1024)
    with connected(shared_broker, "lookalike/+/frame", heard=heard) as client:
        client.publish("lookalike/cam-1/frame", payload)
        until(lambda: of_cameras(heard))
        assert client.connected
    assert of_cameras(heard) == [payload]


def test_a_shared_subscription_splits_the_messages_between_two_clients(shared_broker: Server) -> None:
    one, other = Arrivals(), Arrivals()
    sent = [b"%d" % number for number in range(100)]
    shared = f"$share/search/{FEATURES}"
    with connected(shared_broker, shared, heard=one) as client, connected(shared_broker, shared, heard=other):
        for payload in sent:
            client.publish("lookalike/cam-1/features", payload)
        until(lambda: len(of_cameras(one)) + len(of_cameras(other)) >= 100)
    assert Counter(of_cameras(one) + of_cameras(other)) == Counter(sent)
    assert min(len(of_cameras(one)), len(of_cameras(other))) >= 20


def test_two_shared_filters_of_two_groups_are_both_served(shared_broker: Server) -> None:
    heard, filters = Arrivals(), (f"$share/search/{FEATURES}", "$share/search-infer/lookalike/+/infer")
    with connected(shared_broker, *filters, heard=heard) as client:
        client.publish("lookalike/cam-1/features", b"ours")
        client.publish("lookalike/cam-1/infer", b"of 2018")
        until(lambda: len(of_cameras(heard)) == 2)
    assert sorted(of_cameras(heard)) == [b"of 2018", b"ours"]


def test_a_handler_that_raises_does_not_end_the_connection(
    shared_broker: Server, caplog: pytest.LogCaptureFixture
) -> None:
    heard = Arrivals()
    with caplog.at_level(logging.ERROR), connected(shared_broker, FEATURES, heard=heard) as client:
        for payload in (b"raise", b"raise", b"good"):
            client.publish("lookalike/cam-1/features", payload)
        until(lambda: b"good" in heard.payloads)
        assert client.connected
    assert of_cameras(heard) == [b"raise", b"raise", b"good"]
    assert "message on lookalike/cam-1/features failed" in caplog.text


def test_a_broker_that_keeps_the_connection_and_takes_nothing_fails_its_check(mortal_broker: Server) -> None:
    with connected(mortal_broker, FEATURES) as client:
        client.check()
        mortal_broker.freeze()
        assert client.connected
        with pytest.raises(UnavailableError, match="takes no message within 2 s"):
            client.check()
        mortal_broker.thaw()
        client.check()
        mortal_broker.kill()
        until(lambda: not client.connected, what="the loss is noticed")
        with pytest.raises(UnavailableError, match="not connected"):
            client.check()


def test_after_a_restart_of_the_broker_messages_come_again(mortal_broker: Server) -> None:
    heard = Arrivals()
    with connected(mortal_broker, FEATURES, heard=heard) as client:
        mortal_broker.kill()
        until(lambda: not client.connected, what="the loss is noticed")
        dropped = [client.publish("lookalike/cam-1/features", b"lost", qos=qos) for qos in (0, 1)]
        assert dropped == [False, False]
        mortal_broker.start()
        until(lambda: client.connected, what="the client is back")
        until(lambda: _hears(client, heard, b"again"), what="messages again")
        # No old message is delivered after a reconnect.
        assert set(of_cameras(heard)) == {b"again"}


def test_what_the_broker_had_not_taken_when_it_went_is_not_sent_again(mortal_broker: Server) -> None:
    heard = Arrivals()
    with connected(mortal_broker, FEATURES, heard=heard) as client:
        mortal_broker.freeze()
        assert client.publish("lookalike/cam-1/features", b"lost", qos=1)
        assert not client.publish("lookalike/cam-1/features", b"lost", qos=1, within_s=0.1)
        mortal_broker.kill()
        until(lambda: not client.connected, what="the loss is noticed")
        mortal_broker.start()
        until(lambda: client.connected, what="the client is back")
        until(lambda: _hears(client, heard, b"again"), what="messages again")
        assert set(of_cameras(heard)) == {b"again"}


def test_publish_can_wait_until_the_message_is_on_its_way(shared_broker: Server) -> None:
    heard = Arrivals()
    with connected(shared_broker, FEATURES, heard=heard) as client:
        sent = [
            client.publish("lookalike/cam-1/features", bytes(500_000), qos=qos, within_s=10) for qos in (0, 1)
        ]
        assert sent == [True, True]
        until(lambda: len(of_cameras(heard)) == 2)


def test_retained_messages_of_live_filters_are_left_out(shared_broker: Server) -> None:
    heard = Arrivals()
    server: Any = {"hostname": "127.0.0.1", "port": shared_broker.port}
    filters = ["lookalike/old/status", "lookalike/old/preview"]
    publish.multiple([(topic, b"kept", 1, True) for topic in filters], **server)
    try:
        with connected(shared_broker, filters[0], live_filters=filters[1:], heard=heard) as client:
            client.publish("lookalike/old/preview", b"live")
            until(lambda: len(of_cameras(heard)) >= 2)
            # Retained messages have arrived by now, since a message sent later has.
            client.publish("lookalike/old/status", b"last")
            until(lambda: b"last" in heard.payloads)
    finally:
        publish.multiple([(topic, b"", 1, True) for topic in filters], **server)
    assert sorted(of_cameras(heard)) == [b"kept", b"last", b"live"]


def _hears(client: MqttClient, heard: Arrivals, payload: bytes) -> bool:
    client.publish("lookalike/cam-1/features", payload)
    time.sleep(0.02)
    return payload in heard.payloads


def test_a_broker_that_is_not_there_yet_is_found_when_it_comes(mortal_broker: Server) -> None:
    mortal_broker.kill()
    heard = Arrivals()
    client = MqttClient(mortal_broker.url, filters=[FEATURES], qos=0, on_message=heard)
    client.start()
    try:
        assert not client.connected
        mortal_broker.start()
        until(lambda: _hears(client, heard, b"x"), what="a message")
    finally:
        client.stop()


def test_why_there_is_no_connection_is_told_once(
    mortal_broker: Server, caplog: pytest.LogCaptureFixture
) -> None:
    mortal_broker.kill()
    client = MqttClient(mortal_broker.url, filters=[FEATURES], qos=0, on_message=Arrivals())
    with caplog.at_level(logging.INFO):
        client.start()
        try:
            until(lambda: "cannot be reached: nothing listens there" in caplog.text, what="the cause")
            started_s = time.monotonic()
            until(lambda: time.monotonic() - started_s > 2.5, what="more attempts")
            assert caplog.text.count("cannot be reached") == 1
            mortal_broker.start()
            until(lambda: client.connected, what="a connection")
        finally:
            client.stop()
    assert f"connected to broker 127.0.0.1:{mortal_broker.port}" in caplog.text


def test_files_that_do_not_fit_are_refused_with_the_setting(tmp_path: Path) -> None:
    for url, files, words in [
        ("mqtts://user:secret@host", MqttFiles(tmp_path / "no.pem", tmp_path / "no.key"), "MQTT_CERT: "),
        ("mqtt://user:secret@host", MqttFiles(authorities=tmp_path / "ca.pem"), "MQTT_CA is set, but"),
    ]:
        with pytest.raises(InputError, match=words) as caught:
            MqttClient(url, filters=[], qos=0, on_message=Arrivals(), files=files)
        assert "secret" not in str(caught.value)


def test_stop_ends_the_thread_even_without_a_broker() -> None:
    before = threading.active_count()
    client = MqttClient(f"mqtt://127.0.0.1:{free_port()}", filters=[FEATURES], qos=0, on_message=Arrivals())
    client.start()
    assert threading.active_count() == before + 1
    client.stop()
    assert threading.active_count() == before


@pytest.mark.parametrize(
    "url",
    [
        "http://user:secret@host",
        "user:secret@host",
        "mqtt://user:secret@",
        "mqtt://user:secret@host:99999",
        "mqtt://user:secret@host:port",
        "mqtt://user:secret/word@host",
        "mqtt://user:secret#word@host",
        "mqtt://user:secret@word@host",
        "mqtt://[user:secret@host",
        "",
    ],
)
def test_a_wrong_address_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(InputError, match="broker") as caught:
        MqttClient(url, filters=[], qos=0, on_message=Arrivals())
    assert "secret" not in str(caught.value)


def test_a_topic_that_is_no_text_is_no_end_of_the_messages() -> None:
    heard = Arrivals()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        client = MqttClient(
            f"mqtt://127.0.0.1:{port}", filters=[], qos=0, live_filters=[FEATURES], on_message=heard
        )
        client.start()
        try:
            link, _ = listening.accept()
            with link:
                link.sendall(b"\x20\x02\0\0" + b"\x30\x04\0\x01\xffx" + b"\x30\x04\0\x01ax")
                until(lambda: heard.messages, what="the message after it")
        finally:
            client.stop()
    assert heard.messages == [("a", b"x")]
