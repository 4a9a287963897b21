"""The embedded servers of `make run`: they demand this run's password, and give no access to files."""

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from paho.mqtt.client import Client, ConnectFlags
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from common.mqtt_address import parse_mqtt_address
from services.run.embedded import USER, EmbeddedBroker, EmbeddedRedis
from tests import flood
from tests.servers import Server, broker, free_port, running, until

FORBIDDEN = (
    ("CONFIG", "SET", "dir", "/tmp"),
    ("CONFIG", "GET", "*"),
    ("SAVE",),
    ("BGSAVE",),
    ("FLUSHALL",),
    ("DEBUG", "SLEEP", "0"),
    ("SHUTDOWN", "NOSAVE"),
    ("REPLICAOF", "127.0.0.1", "1"),
    ("MODULE", "LIST"),
    ("ACL", "LIST"),
    ("KEYS", "*"),
)


def password_of(url: str) -> str:
    return url.rpartition("@")[0].rpartition(":")[2]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def embedded_redis(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    port = free_port()
    made = EmbeddedRedis(tmp_path / "redis", port=port)
    for _ in running(Server("redis", made.command(), port)):
        yield made


@pytest.fixture
def embedded_broker(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    port = free_port()
    made = EmbeddedBroker(tmp_path / "broker", port=port)
    for _ in running(Server("mqtt", made.command(), port)):
        yield made


@pytest.mark.parametrize("kind", [EmbeddedRedis, EmbeddedBroker])
def test_the_password_is_in_a_file_of_the_owner_alone_and_new_each_time(
    tmp_path: Path, kind: type[EmbeddedRedis | EmbeddedBroker]
) -> None:
    before = os.umask(0)
    try:
        first, second = (kind(tmp_path / "server", port=1) for _ in range(2))
        command = first.command()
    finally:
        os.umask(before)
    assert password_of(first.url) != password_of(second.url)
    assert password_of(first.url) not in " ".join(command)
    configuration = Path(command[-1])
    assert password_of(first.url) in configuration.read_text()
    assert (mode(configuration), mode(configuration.parent)) == (0o600, 0o700)


def test_redis_asks_for_the_password(embedded_redis: EmbeddedRedis) -> None:
    stranger = embedded_redis.url.replace(password_of(embedded_redis.url), "wrong")
    with redis.Redis.from_url(stranger) as client, pytest.raises(redis.AuthenticationError):
        client.ping()
    nameless = "redis://" + embedded_redis.url.rpartition("@")[2]
    with redis.Redis.from_url(nameless) as client, pytest.raises(redis.AuthenticationError):
        client.lrange("stack:matches", 0, 0)


def test_our_own_processes_cannot_make_redis_write_files_or_end_it(embedded_redis: EmbeddedRedis) -> None:
    with redis.Redis.from_url(embedded_redis.url) as client:
        for command in FORBIDDEN:
            with pytest.raises(redis.ResponseError, match=r"no permissions|not allowed"):
                client.execute_command(*command)
        assert client.ping()


def refused(broker: EmbeddedBroker, user: str | None, password: str) -> bool:
    """Whether the broker refuses a connection with this login."""
    answers: list[bool] = []

    def on_connect(_c: Client, _u: object, _f: ConnectFlags, code: ReasonCode, _p: Properties | None) -> None:
        answers.append(code.is_failure)

    client = Client(CallbackAPIVersion.VERSION2)
    client.on_connect = on_connect
    client.on_disconnect = lambda *_: answers.append(True)
    if user is not None:
        client.username_pw_set(user, password)
    client.connect("127.0.0.1", int(broker.url.rpartition(":")[2]))
    client.loop_start()
    until(lambda: answers, what="the broker's answer")
    client.loop_stop()
    client.disconnect()
    return answers[0]


def test_the_broker_asks_for_the_password(embedded_broker: EmbeddedBroker) -> None:
    assert refused(embedded_broker, None, "")
    assert refused(embedded_broker, USER, "wrong")
    assert not refused(embedded_broker, USER, password_of(embedded_broker.url))


def test_of_observations_that_nobody_reads_in_time_the_broker_keeps_few() -> None:
    count, padding = 6000, b"x" * 1000
    with broker() as server, socket.socket() as reader:
        # What the kernel holds for the reader comes on top.
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.settimeout(60)
        reader.connect(("127.0.0.1", server.port))
        name = "$share/search/lookalike/+/features"
        reader.sendall(b"\x10\x10\0\x04MQTT\x04\x02\xff\xff\0\x04slow")
        reader.sendall(bytes([0x82, len(name) + 5, 0, 1, 0, len(name)]) + name.encode() + b"\0")
        heard = bytearray()
        while len(heard) < 9:  # the answers to both
            heard += reader.recv(9)
        with flood.connect(parse_mqtt_address(server.url)) as sender:
            for number in range(count):
                payload = f"<{number}>".encode() + padding
                sender.sendall(flood.publish_packet("lookalike/cam-1/features", payload))
            while f"<{count - 1}>".encode() not in heard[-200_000:]:
                heard += reader.recv(100_000)
    assert heard.count(b"<") < count / 2
