"""The containers' broker, with their configuration and rights: what one camera's password can do to it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from bench.processes import pss_mib
from common.wire import ASK_DETAILS, MAX_OBSERVATION_BYTES
from deploy.compose import mosquitto as files
from edge.link import home_assistant
from services.core.cameras.replies import TOKENS
from tests.network.mosquitto import Mosquitto, program
from tests.servers import until

MIB = 2**20
PASSWORDS = {"door": "one", "service.api": "two", "service.search": "three", "window": "four"}
BIG = b"x" * (MIB // 2)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    (tmp_path / "users").write_text(files.password_file(PASSWORDS))
    (tmp_path / "acl").write_text(files.access_list(["door", "window"]))
    for each in ("users", "acl"):
        (tmp_path / each).chmod(0o600)
    server = Mosquitto("mqtt", [program("mosquitto"), "-c", str(tmp_path / "mosquitto.conf")])
    lines = files.configuration(tls=False).replace("listener 1883", f"listener {server.port} 127.0.0.1")
    # Otherwise it becomes a user that can't read the test's files.
    lines = ("user root\n" if os.getuid() == 0 else "") + lines.replace("/secrets/broker", str(tmp_path))
    (tmp_path / "mosquitto.conf").write_text(lines)
    server.start()
    yield server
    server.kill()


def connected(broker: Mosquitto, user: str) -> Client:
    client = Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(user, PASSWORDS[user])
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    until(client.is_connected, what=f"{user} is connected")
    return client


def retain_all(broker: Mosquitto, names: list[str]) -> None:
    """Publish a large message on each topic, to be retained, as the camera `door`."""
    client = connected(broker, "door")
    for name in names:
        client.publish(name, BIG, qos=1, retain=True).wait_for_publish(10)
    client.disconnect()
    client.loop_stop()


def retained(broker: Mosquitto) -> dict[str, int]:
    """The size of each retained message of a camera that the api and the search are given."""
    return retained_for(broker, "service.api") | retained_for(broker, "service.search")


def retained_for(broker: Mosquitto, user: str) -> dict[str, int]:
    client = connected(broker, user)
    found: dict[str, int] = {}
    done: list[bool] = []

    def hear(_client: Client, _data: object, message: MQTTMessage) -> None:
        if message.retain:
            found[message.topic] = len(message.payload)

    client.on_message = hear
    client.on_subscribe = lambda *_: done.append(True)
    client.subscribe("lookalike/#")
    until(lambda: done, what="the subscription")
    # The broker sends the retained messages before it answers a later subscription.
    client.subscribe("another")
    until(lambda: len(done) == 2, what="the second subscription")
    client.disconnect()
    client.loop_stop()
    return found


def test_a_cameras_password_cannot_fill_the_broker_with_retained_messages(broker: Mosquitto) -> None:
    names = [f"lookalike/door/reply/{number:08x}{number:024x}" for number in range(100)]
    names += [f"homeassistant/{number}/lookalike_door/{number}/config" for number in range(100)]
    names += [f"lookalike/door/{kind}" for kind in ("features", "details", "frame", "status", "preview", "x")]
    names += ["lookalike/door/match"]
    names += [f"lookalike/window/{kind}" for kind in ("features", "details", "frame", "status")]
    retain_all(broker, names)
    assert set(retained(broker)) <= {
        f"lookalike/door/{kind}" for kind in ("features", "details", "frame", "status", "preview")
    }
    assert broker._process is not None
    assert pss_mib(broker._process.pid) < 24


def test_a_restart_leaves_nothing_of_it(broker: Mosquitto) -> None:
    retain_all(broker, [f"lookalike/door/reply/{token}" for token in TOKENS] + ["lookalike/door/preview"])
    assert retained(broker)
    broker.kill()
    broker.start()
    assert retained(broker) == {}


def test_every_topic_that_a_camera_may_write_is_named() -> None:
    lines = files.access_list(["door"]).splitlines()
    written = [line for line in lines if re.match(r"pattern (read)?write ", line)]
    own = lines[lines.index("user door") + 1 :]
    assert written
    assert not [line for line in written + own if re.search(r"[+#]", line)]


def test_a_camera_may_write_the_topics_by_which_it_appears_in_home_assistant() -> None:
    wanted = {f"topic write {name}" for name, _payload in home_assistant.messages("door", max_age_s=5)}
    assert wanted == {line for line in files.access_list(["door"]).splitlines() if "lookalike_door" in line}


def test_the_search_asks_a_camera_for_local_features_and_hears_its_own_alone(broker: Mosquitto) -> None:
    heard: list[tuple[str, bytes]] = []
    search = hearing(connected(broker, "service.search"), "lookalike/+/details", heard)
    door = hearing(connected(broker, "door"), "lookalike/door/command", heard)
    search.publish("lookalike/door/command", ASK_DETAILS, qos=1).wait_for_publish(10)
    for thing in ("window", "door"):
        door.publish(f"lookalike/{thing}/details", thing, qos=1).wait_for_publish(10)
    until(lambda: len(heard) >= 2)
    assert sorted(heard) == [("lookalike/door/command", ASK_DETAILS), ("lookalike/door/details", b"door")]
    for client in (search, door):
        client.disconnect()
        client.loop_stop()


def test_what_waits_for_a_slow_search_is_bounded(broker: Mosquitto) -> None:
    search = hearing(connected(broker, "service.search"), "lookalike/+/features", [])
    search.loop_stop()  # it reads nothing from now on
    door = connected(broker, "door")
    assert broker._process is not None
    before_mib = pss_mib(broker._process.pid)
    for _ in range(500):
        door.publish("lookalike/door/features", b"x" * MAX_OBSERVATION_BYTES, qos=0)
    door.publish("lookalike/door/status", b"{}", qos=1).wait_for_publish(60)
    # A hundred of them, which are 6.4 MB.
    assert pss_mib(broker._process.pid) - before_mib < 12
    door.disconnect()
    door.loop_stop()


def hearing(client: Client, topic: str, heard: list[tuple[str, bytes]]) -> Client:
    """The client, which adds what it hears on a topic to a list."""
    granted: list[bool] = []
    client.on_message = lambda _client, _data, message: heard.append((message.topic, bytes(message.payload)))
    client.on_subscribe = lambda *_: granted.append(True)
    client.subscribe(topic)
    until(lambda: granted, what=f"the subscription of {topic}")
    return client
