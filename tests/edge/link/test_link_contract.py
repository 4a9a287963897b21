"""The contract of a link, on the fake and on MQTT with a real broker."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from common import wire
from edge.link.port import Link
from tests.edge.link.worlds import FakeWorld, MqttWorld, World
from tests.servers import until

FEATURES, STATUS = wire.topic("cam-1", "features"), wire.topic("cam-1", "status")
Open = Callable[..., Link]


@pytest.fixture(params=[FakeWorld, MqttWorld])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """A running broker, stopped at the end."""
    made: World = request.param()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def opened(world: World) -> Iterator[Open]:
    """Opens and starts links, which are stopped before the broker is."""
    links: list[Link] = []

    def make(
        thing: str | None = "cam-1", on_connect: Callable[[], None] = lambda: None, **options: Any
    ) -> Link:
        link = world.open_link(thing, **options)
        link.start(on_connect)
        links.append(link)
        return link

    yield make
    for link in links:
        link.stop(b"")


class Hearing:
    """Messages that a link received, without the probes by which a test sees that it is subscribed."""

    def __init__(self, world: World, probe: str) -> None:
        self.messages: list[tuple[str, bytes]] = []
        self._world, self._probe, self._round, self._heard = world, probe, 0, 0

    def __call__(self, topic: str, payload: bytes) -> None:
        if topic == self._probe and payload.startswith(b"probe "):
            self._heard = int(payload.split()[1])
        else:
            self.messages.append((topic, payload))
        if payload == b"raise":
            raise RuntimeError("a fault of ours")

    def wait(self) -> None:
        """Wait until messages sent from now on are received."""
        # A probe of an earlier wait may still be on its way.
        self._round += 1

        def probed() -> bool:
            self._world.send(self._probe, b"probe %d" % self._round)
            return self._heard == self._round

        until(probed, what="the link hears")


def test_a_message_arrives_and_the_link_says_that_it_has_left(world: World, opened: Open) -> None:
    link = opened()
    assert link.wait_connected(15)
    assert link.connected
    assert link.publish(FEATURES, b"\x00seen")
    until(lambda: world.heard(FEATURES) == [b"\x00seen"])


def test_without_filters_a_link_hears_the_commands_of_its_thing_alone(world: World, opened: Open) -> None:
    hearing = Hearing(world, wire.topic("cam-1", "command"))
    opened(on_message=hearing)
    hearing.wait()
    world.send(wire.topic("cam-2", "command"), b"for another")
    world.send(wire.topic("cam-1", "command"), b"for it")
    hearing.wait()
    assert hearing.messages == [(wire.topic("cam-1", "command"), b"for it")]


def test_filters_with_wildcards_are_heard_from_every_thing_on_each_connection(
    world: World, opened: Open
) -> None:
    hearing = Hearing(world, "lookalike/probe/frame")
    opened(None, filters=["lookalike/+/frame", "lookalike/+/command"], on_message=hearing)
    for round_ in (b"1", b"2"):
        hearing.wait()
        for topic in ("lookalike/a/frame", "lookalike/b/command", "lookalike/a/status"):
            world.send(topic, round_)
        hearing.wait()
        assert hearing.messages == [("lookalike/a/frame", round_), ("lookalike/b/command", round_)]
        hearing.messages.clear()
        world.stop()
        world.start()


def test_what_the_broker_had_kept_is_not_heard(world: World, opened: Open) -> None:
    world.send("lookalike/a/frame", b"old", retain=True)
    hearing = Hearing(world, "lookalike/probe/frame")
    opened(None, filters=["lookalike/+/frame"], on_message=hearing)
    hearing.wait()
    world.send("lookalike/a/frame", b"new")
    hearing.wait()
    assert hearing.messages == [("lookalike/a/frame", b"new")]


def test_a_handler_that_raises_does_not_end_the_link(world: World, opened: Open) -> None:
    hearing = Hearing(world, wire.topic("cam-1", "command"))
    link = opened(on_message=hearing)
    hearing.wait()
    world.send(wire.topic("cam-1", "command"), b"raise")
    hearing.wait()
    assert link.connected


def test_a_status_is_kept_by_the_broker(world: World, opened: Open) -> None:
    link = opened()
    assert link.wait_connected(15)
    link.publish_status(b"online")
    until(lambda: world.heard(STATUS) == [b"online"])
    assert world.keeps(STATUS, b"online")


def test_a_link_of_no_thing_has_no_status(world: World, opened: Open) -> None:
    link = opened(None)
    assert link.wait_connected(15)
    link.publish_status(b"online")
    assert link.publish(FEATURES, b"later")
    until(lambda: world.heard(FEATURES))
    assert not world.heard(STATUS)


def test_messages_for_the_broker_to_keep_are_sent_on_each_connection(world: World, opened: Open) -> None:
    connections: list[str] = []
    link = opened(
        retained=[("homeassistant/a/config", b"{}")], on_connect=lambda: connections.append("connected")
    )
    until(lambda: len(connections) == 1)
    assert world.keeps("homeassistant/a/config", b"{}")
    world.stop()
    until(lambda: not link.connected, what="the loss is noticed")
    world.start()
    until(lambda: len(connections) == 2)
    assert world.keeps("homeassistant/a/config", b"{}")


def test_while_the_broker_is_away_only_the_freshest_of_a_topic_waits(world: World, opened: Open) -> None:
    link = opened()
    assert link.wait_connected(15)
    world.stop()
    until(lambda: not link.connected, what="the loss is noticed")
    assert [link.publish(FEATURES, b"old-%d" % number) for number in range(3)] == [False] * 3
    assert not link.publish(FEATURES, b"freshest")
    link.publish_status(b"lost")
    world.start()
    until(lambda: link.connected and link.publish(FEATURES, b"new"), what="a new connection")
    until(lambda: b"new" in world.heard(FEATURES))
    # The freshest may have grown too old meanwhile.
    assert set(world.heard(FEATURES)) <= {b"freshest", b"new"}
    assert not world.heard(STATUS)


def test_stop_sends_the_last_status_and_ends_the_link(world: World) -> None:
    link = world.open_link("cam-1")
    link.start()
    assert link.wait_connected(15)
    link.stop(b"offline")
    until(lambda: world.heard(STATUS) == [b"offline"])
    assert world.keeps(STATUS, b"offline")
    until(lambda: not link.connected)
    assert not link.publish(FEATURES, b"too late")


def test_a_link_that_never_had_a_broker_can_be_stopped(world: World) -> None:
    world.stop()
    link = world.open_link("cam-1")
    link.start()
    assert not link.wait_connected(0.01)
    link.stop(b"offline")
    world.start()
    assert not world.heard(STATUS)
