"""A link by Greengrass IPC, on the real SDK: what the nucleus refuses, and what it can't do now."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from common import wire
from edge.link.greengrass import GreengrassLink
from edge.link.links import TOKEN, find_nucleus
from edge.link.nucleus import LITE_MESSAGE_BYTES, Nucleus
from tests.greengrass.core import MemoryCore
from tests.greengrass.ipc_double import IpcDouble
from tests.servers import until

FEATURES, STATUS, COMMAND = (wire.topic("cam-1", kind) for kind in ("features", "status", "command"))
Open = Callable[..., GreengrassLink]


@pytest.fixture
def nucleus(double: IpcDouble) -> Iterator[Nucleus]:
    """The nucleus as the edge finds it."""
    found = find_nucleus(double.environ)
    assert found is not None
    yield found
    found.stop()


@pytest.fixture
def opened(nucleus: Nucleus) -> Open:
    """Opens and starts links, and waits until they are connected."""

    def make(
        thing: str = "cam-1", *, on_connect: Callable[[], None] = lambda: None, **options: Any
    ) -> GreengrassLink:
        link = GreengrassLink(nucleus, thing, **options)
        link.start(on_connect)
        assert link.wait_connected(20)
        return link

    return make


def heard(core: MemoryCore, topic: str) -> list[bytes]:
    return [payload for name, payload in core.heard if name == topic]


def test_a_topic_that_accesscontrol_does_not_allow_is_told_once_and_others_pass(
    opened: Open, core: MemoryCore, caplog: pytest.LogCaptureFixture
) -> None:
    link = opened("cam-2", on_message=lambda *_: None)
    for _ in range(3):
        link.publish("lookalike/cam-2/features", b"mine?")
        link.publish(FEATURES, b"allowed")
    until(lambda: heard(core, FEATURES))
    until(lambda: "SubscribeToIoTCore" in caplog.text)
    until(lambda: "PublishToIoTCore" in caplog.text)
    errors = sorted(each.getMessage() for each in caplog.records if each.levelno == logging.ERROR)
    cause = "the component's accessControl does not allow aws.greengrass#"
    assert [error.partition(" refuses ")[2] for error in errors] == [
        f"lookalike/cam-2/command: {cause}SubscribeToIoTCore on it",
        f"lookalike/cam-2/features: {cause}PublishToIoTCore on it",
    ]
    assert link.connected


def test_while_iot_core_is_away_only_the_freshest_waits_and_all_goes_on_by_itself(
    opened: Open, core: MemoryCore
) -> None:
    connections: list[str] = []
    link = opened(on_connect=lambda: connections.append("again"), on_message=lambda *_: None)
    core.online = False
    link.publish(FEATURES, b"refused")
    until(lambda: not link.connected, what="the refusal")
    for number in range(4):
        assert not link.publish(FEATURES, b"%d" % number)
    core.online = True
    until(lambda: link.connected, what="the nucleus passes messages on again")
    until(lambda: len(connections) == 2, what="the status can be sent again")
    assert set(heard(core, FEATURES)) <= {b"3", b"refused"}
    assert link.publish(FEATURES, b"new")
    until(lambda: b"new" in heard(core, FEATURES))


def test_a_status_alone_finds_out_that_iot_core_is_back(opened: Open, core: MemoryCore) -> None:
    link = opened()
    core.online = False
    link.publish_status(b"lost")
    until(lambda: not link.connected)
    core.online = True
    link.publish_status(b"found")
    until(lambda: link.connected)
    assert heard(core, STATUS) == [b"found"]


def test_a_lost_socket_is_survived_and_commands_come_again(
    double: IpcDouble, opened: Open, core: MemoryCore
) -> None:
    commands: list[bytes] = []
    link = opened(on_message=lambda _topic, payload: commands.append(payload))

    def commanded() -> bool:
        core.send(COMMAND, b"do")
        return bool(commands)

    for _ in range(2):
        until(lambda: link.publish(FEATURES, b"seen"), what="a connection")
        until(commanded, what="a command")
        commands.clear()
        double.stop()
        until(lambda: not link.connected)
        double.start()
    until(lambda: double.connections == 1)


def test_a_nucleus_that_does_not_answer_is_left_for_a_new_connection(
    double: IpcDouble, opened: Open, core: MemoryCore, caplog: pytest.LogCaptureFixture
) -> None:
    connections: list[str] = []
    link = opened(on_connect=lambda: connections.append("again"))
    double.nucleus.holds = True
    link.publish(FEATURES, b"lost")
    until(lambda: "has not answered for 5 s; connecting again" in caplog.text)
    double.nucleus.holds = False
    until(lambda: len(connections) == 2)
    until(lambda: link.publish(FEATURES, b"new"))
    until(lambda: heard(core, FEATURES) == [b"new"])


def test_a_wrong_token_is_one_clear_error_on_either_nucleus(
    double: IpcDouble, caplog: pytest.LogCaptureFixture
) -> None:
    nucleus = find_nucleus(double.environ | {TOKEN: "wrong"})
    assert nucleus is not None
    link = GreengrassLink(nucleus, "cam-1")
    link.start()
    until(lambda: nucleus.refused)
    nucleus.stop()
    (error,) = [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]
    assert error == f"Greengrass ({double.path}) refuses this component's token (SVCUID)"
    assert not link.connected


def test_a_message_that_is_too_large_for_iot_core_is_not_sent(
    double: IpcDouble, opened: Open, core: MemoryCore, caplog: pytest.LogCaptureFixture
) -> None:
    link = opened()
    assert not link.publish(FEATURES, bytes(128 * 1024))
    assert f"a message of 131072 bytes on {FEATURES} is dropped" in caplog.text
    assert link.publish(FEATURES, b"small")
    until(lambda: heard(core, FEATURES) == [b"small"])
    assert double.connections == 1


def test_nucleus_lite_teaches_how_large_a_message_may_be(
    double: IpcDouble, opened: Open, core: MemoryCore
) -> None:
    link = opened()
    picture = bytes(20_000)
    link.publish(wire.topic("cam-1", "preview"), picture)
    if not double.nucleus.lite:
        until(lambda: heard(core, wire.topic("cam-1", "preview")) == [picture])
        assert link.max_message_bytes == 128 * 1024
        return
    until(lambda: link.max_message_bytes == LITE_MESSAGE_BYTES, what="the limit is learnt")
    until(lambda: link.connected, what="another connection")
    largest = bytes(LITE_MESSAGE_BYTES - len(FEATURES))
    until(lambda: link.publish(FEATURES, largest))
    until(lambda: heard(core, FEATURES) == [largest])
    assert not link.publish(FEATURES, largest + b"+")
    assert double.connections == 1


def test_answers_leave_no_open_streams_behind(opened: Open, core: MemoryCore, double: IpcDouble) -> None:
    link = opened()
    for _ in range(50):
        until(lambda: link.publish(FEATURES, b"seen"))
    assert len(heard(core, FEATURES)) > 40
    until(lambda: double.open_streams == 0, what="the streams are closed")
