"""The MQTT connection against a real broker, and against one that a test controls."""

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from paho.mqtt import publish

from common import wire
from common.mqtt_broker import describe_broker
from edge.link.mqtt import MqttLink
from tests.edge.kit import MqttListener, make_broker
from tests.edge.link.lines import OFFLINE, Start
from tests.edge.link.puppet import PUBACK, PUBLISH, SUBSCRIBE, Packet, puppet
from tests.pace import limit_s
from tests.servers import free_port, until

FEATURES, INFER = wire.topic("cam-1", "features"), wire.topic("cam-1", "infer")


def published(packets: Sequence[Packet]) -> list[bytes]:
    return [packet.payload for packet in packets if packet.kind == PUBLISH]


def send(port: int, *messages: tuple[str, bytes], retain: bool = False) -> None:
    """Publish as another client."""
    publish.multiple([(topic, payload, 1, retain) for topic, payload in messages], port=port)


def test_without_a_connection_only_the_freshest_of_each_topic_is_kept_and_sent(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    port = free_port()
    link = start(port, user="me:secret@", keep_s=30)
    for number in range(5):
        assert not link.publish(FEATURES, b"features-%d" % number)
    assert not link.publish(INFER, b"infer-0")
    assert link.publish_status(b"old") is None
    assert not link.wait_connected(0.01)
    until(lambda: "cannot be reached: nothing listens there" in caplog.text)
    with make_broker(port), MqttListener(port) as listener:
        assert link.wait_connected(60)
        until(lambda: link.publish(FEATURES, b"new"))
        until(lambda: listener.heard and listener.heard[-1].payload == b"new")
        assert {heard.payload for heard in listener.heard} <= {b"features-4", b"infer-0", b"new"}
    assert "4 messages were dropped" in caplog.text
    assert "secret" not in caplog.text


def test_a_message_that_aws_iot_would_not_take_is_dropped_with_a_word(
    caplog: pytest.LogCaptureFixture,
) -> None:
    link = MqttLink(describe_broker("mqtts://a-ats.iot.eu-central-1.amazonaws.com"), "cam-1", keep_s=60)
    assert not link.publish(FEATURES, bytes(128 * 1024))
    assert not link.waits(FEATURES)
    assert f"a message of 131072 bytes on {FEATURES} is dropped" in caplog.text
    link.publish(FEATURES, bytes(128 * 1024 - len(FEATURES)))
    assert link.waits(FEATURES)


def test_what_is_kept_comes_in_the_order_of_its_age(start: Start) -> None:
    with puppet() as broker:
        link = start(broker.port, keep_s=30)
        for topic in (FEATURES, INFER, FEATURES):
            link.publish(topic, topic.encode())
        visit = broker.accept()
        visit.greet()
        assert [visit.read_kind(PUBLISH).topic for _ in range(2)] == [INFER, FEATURES]


def test_what_has_grown_old_without_a_connection_is_never_sent(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with puppet() as broker:
        link = start(broker.port, keep_s=0.05)
        link.publish(FEATURES, b"old")
        old_at_s = time.monotonic() + 0.05
        visit = broker.accept()
        until(lambda: time.monotonic() > old_at_s, what="it has grown old")
        visit.greet()
        assert link.wait_connected(60)
        assert link.publish(FEATURES, b"new")
        assert visit.read_kind(PUBLISH).payload == b"new"
    assert "1 messages were dropped" in caplog.text


def test_a_status_nobody_confirmed_does_not_overwrite_a_newer_one(start: Start) -> None:
    port = free_port()
    status = [b"first"]
    connections: list[MqttLink] = []
    with puppet() as broker:
        port = broker.port
        link = start(port, on_connect=lambda: connections[0].publish_status(status[0]))
        connections.append(link)
        visit = broker.accept()
        visit.greet()
        assert visit.read_kind(PUBLISH).payload == b"first"
        status[0] = b"second"
    with make_broker(port), MqttListener(port) as listener:
        until(lambda: listener.heard)
        assert link.publish(FEATURES, b"marker")
        until(lambda: len(listener.heard) > 1)
        assert [heard.payload for heard in listener.heard] == [b"second", b"marker"]


def test_a_broker_that_answers_nothing_has_two_messages_and_then_gets_the_freshest(start: Start) -> None:
    with puppet() as broker:
        link = start(broker.port)
        visit = broker.accept()
        visit.greet()
        assert link.wait_connected(60)
        sent = [link.publish(FEATURES, b"%d" % number) for number in range(100)]
        assert sent == [True, True] + [False] * 98
        first = visit.read_kind(PUBLISH)
        visit.answer(visit.read_kind(SUBSCRIBE))
        assert (first.payload, first.flags) == (b"0", 0)
        assert published([visit.read() for _ in range(4)]) == [b"1", b"99"]


def test_a_broker_that_stays_silent_is_left_and_only_fresh_messages_go_to_the_next(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    with puppet() as broker:
        link = start(broker.port)
        silent = broker.accept()
        silent.greet()
        assert link.wait_connected(60)
        count = 0

        def left() -> bool:
            nonlocal count
            link.publish(FEATURES, b"old-%d" % count)
            count += 1
            return "has not answered" in caplog.text

        until(left)
        assert published(silent.rest()) == [b"old-0", b"old-1"]
        again = broker.accept()
        assert not link.publish(FEATURES, b"new")
        again.greet()
        assert again.read_kind(PUBLISH).payload == b"new"


def test_subscriptions_hold_on_each_connection_and_survive_a_handler_that_raises(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    port, heard = free_port(), list[tuple[str, bytes]]()

    def hear(topic: str, payload: bytes) -> None:
        heard.append((topic, payload))
        if payload == b"raise":
            raise RuntimeError("a fault of ours")

    link = start(port, filters=["lookalike/+/command", "lookalike/+/frame"], on_message=hear)
    for payload in (b"first", b"second"):
        with make_broker(port):
            until(lambda: link.publish("lookalike/probe/frame", b"") and heard, what="a subscription")
            wanted = [("lookalike/a/frame", b"raise"), ("lookalike/b/command", payload)]
            send(port, *wanted, ("lookalike/a/status", b"not wanted"), ("lookalike/b/command", b"end"))
            # Topics are not delivered in one order, and a probe may come last of all.
            until(lambda: sum(bool(each[1]) for each in heard) == 3)
            assert sorted(each for each in heard if each[1] not in (b"", b"end")) == sorted(wanted)
            assert link.connected
        until(lambda: not link.connected)
        heard.clear()
    assert caplog.text.count("a message of 5 bytes failed") == 2


def test_what_the_broker_had_retained_is_not_heard(start: Start, broker_port: int) -> None:
    heard: list[bytes] = []
    send(broker_port, ("lookalike/a/frame", b"old"), retain=True)
    start(
        broker_port,
        filters=["lookalike/+/frame"],
        on_message=lambda _topic, payload: heard.append(payload),
    )

    def heard_new() -> bool:
        send(broker_port, ("lookalike/b/frame", b"new"))
        return bool(heard)

    until(heard_new)
    assert set(heard) == {b"new"}


def test_what_shall_be_retained_is_sent_on_each_connection(start: Start) -> None:
    with puppet() as broker:
        start(broker.port, retained=[("homeassistant/a/config", b"{}")])
        for _ in range(2):
            visit = broker.accept()
            visit.greet()
            packet = visit.read_kind(PUBLISH)
            assert (packet.topic, packet.payload, packet.flags & 7) == ("homeassistant/a/config", b"{}", 3)
            visit.close()


def test_stop_says_offline_and_is_quick_without_a_broker(start: Start) -> None:
    port = free_port()
    with make_broker(port), MqttListener(port) as listener:
        link = start(port)
        assert link.wait_connected(60)
        link.stop(OFFLINE)
        assert listener.wait_state("offline")["reason"] == "stopped"
    began_s = time.monotonic()
    start(port).stop(OFFLINE)
    assert time.monotonic() - began_s < limit_s(2)


def test_a_thing_with_a_certificate_is_its_clients_id_as_aws_iot_wants_it() -> None:
    with puppet() as broker:
        plain = describe_broker(f"mqtt://127.0.0.1:{broker.port}")
        for described, expected in ((plain, b"edge-cam-1"), (replace(plain, has_certificate=True), b"cam-1")):
            link = MqttLink(described, "cam-1")
            link.start()
            connect = broker.accept().greet()
            link.stop()
            # Ten bytes of protocol, flags and keepalive, then the id with its length.
            assert connect.body[10:].startswith(len(expected).to_bytes(2) + expected)


def test_aws_iot_is_asked_for_acknowledgements_alone_as_it_charges_for_subscriptions() -> None:
    with puppet() as broker:
        described = replace(describe_broker(f"mqtt://127.0.0.1:{broker.port}"), is_aws_iot=True)
        link = MqttLink(described, "cam-1", keep_s=30)
        link.start()
        visit = broker.accept()
        visit.greet()
        visit.answer(visit.read_kind(SUBSCRIBE))
        assert link.wait_connected(60)
        sent = [link.publish(FEATURES, b"%d" % number) for number in range(4)]
        assert sent == [True, True, False, False]
        packets = [visit.read(), visit.read()]
        assert [(each.kind, each.flags >> 1 & 3, each.payload) for each in packets] == [
            (PUBLISH, 1, b"0"),
            (PUBLISH, 1, b"1"),
        ]
        # The number of the packet follows the topic with its length.
        at = 2 + len(FEATURES)
        visit.write(PUBACK, packets[0].body[at : at + 2])
        freshest = visit.read()
        assert (freshest.kind, freshest.payload) == (PUBLISH, b"3")
        visit.close()
        again = broker.accept()
        again.greet()
        again.answer(again.read_kind(SUBSCRIBE))
        until(lambda: link.publish(FEATURES, b"new"))
        # What was on its way is not sent again.
        assert again.read_kind(PUBLISH).payload == b"new"
        link.stop()
