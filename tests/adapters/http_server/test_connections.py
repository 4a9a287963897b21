"""The book of a server's connections: who is let in, and who is closed for whom."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.adapters.http_server.client_address import Networks, owner_of
from services.adapters.http_server.connections import SLOW_S, Connection, ConnectionLimits, Connections
from tests.fakes import FakeClock

LIMITS = ConnectionLimits(
    in_all=4, each_address=2, head_s=10, stall_s=30, held_bytes=1000, proxies=Networks(["192.0.2.128/25"])
)


class Door:
    """A book with a clock, and both ends of each connection."""

    def __init__(self, limits: ConnectionLimits = LIMITS) -> None:
        self.clock = FakeClock()
        self.book = Connections(limits, clock=self.clock)
        self._ends: dict[Connection, socket.socket] = {}
        self._port = 1000

    def come(self, host: str) -> Connection | None:
        """A new connection, if it is let in."""
        self._port += 1
        self.clock.now_s += 0.001
        server, client = socket.socketpair()
        connection = self.book.admit(server, (host, self._port))
        if connection is None:
            server.close()
            client.close()
        else:
            self._ends[connection] = client
            connection.kept = server  # type: ignore[attr-defined]
        return connection

    def at_work(self, host: str) -> Connection:
        """A new connection whose request is being answered."""
        connection = self.come(host)
        assert connection is not None
        connection.idle_since_s = None
        return connection

    def is_cut(self, connection: Connection) -> bool:
        """Whether its client sees the end."""
        client = self._ends[connection]
        client.setblocking(False)
        try:
            return client.recv(1) == b""
        except BlockingIOError:
            return False

    def close(self) -> None:
        for connection, client in self._ends.items():
            client.close()
            connection.kept.close()  # type: ignore[attr-defined]


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door()
    yield made
    made.close()


def test_the_idlest_of_an_address_makes_room_for_a_new_one(door: Door) -> None:
    first, second = door.come("192.0.2.1"), door.come("192.0.2.1")
    other = door.come("192.0.2.2")
    third = door.come("192.0.2.1")
    assert [each and door.is_cut(each) for each in (first, second, other, third)] == [
        True,
        False,
        False,
        False,
    ]
    assert len(door.book) == 3


def test_one_at_work_makes_no_room(door: Door) -> None:
    works = [door.at_work("192.0.2.1") for _ in range(2)]
    assert door.come("192.0.2.1") is None
    assert door.come("192.0.2.2") is not None
    assert not any(map(door.is_cut, works))


@pytest.mark.parametrize("wait", ["unread_since_s", "unsent_since_s"])
def test_a_client_that_neither_reads_nor_sends_makes_room_after_a_moment(door: Door, wait: str) -> None:
    slow, quick = door.at_work("192.0.2.1"), door.at_work("192.0.2.1")
    setattr(slow, wait, door.clock())
    assert door.come("192.0.2.1") is None
    door.clock.now_s += SLOW_S
    assert door.come("192.0.2.1") is not None
    assert (door.is_cut(slow), door.is_cut(quick)) == (True, False)


def test_in_all_there_are_so_many_and_a_closed_one_leaves_its_place(door: Door) -> None:
    works = [door.at_work(f"192.0.2.{number}") for number in range(4)]
    assert door.come("192.0.2.9") is None
    door.book.forget(works[0])
    assert door.come("192.0.2.9") is not None


def test_the_place_of_a_connection_that_was_cut_is_freed_once(door: Door) -> None:
    first = door.come("192.0.2.1")
    assert first
    door.clock.now_s += LIMITS.head_s + 1
    door.book.sweep()
    door.book.forget(first)  # as its socket is closed
    assert len(door.book) == 0


def test_a_proxy_has_only_the_limit_in_all(door: Door) -> None:
    assert all(door.at_work("192.0.2.200") for _ in range(3))


def test_addresses_of_one_owner_count_as_one(door: Door) -> None:
    door.at_work("2001:db8::1")
    door.at_work("2001:db8::2")
    assert door.come("2001:db8::ffff:3") is None
    assert door.come("2001:db8:0:1::1") is not None
    assert owner_of("::ffff:192.0.2.1") == owner_of("192.0.2.1")


@pytest.mark.parametrize(
    ("wait", "limit_s"),
    [("idle_since_s", LIMITS.head_s), ("unread_since_s", LIMITS.stall_s), ("unsent_since_s", LIMITS.stall_s)],
)
def test_who_lets_us_wait_for_too_long_is_cut(door: Door, wait: str, limit_s: float) -> None:
    connection = door.at_work("192.0.2.1")
    setattr(connection, wait, door.clock())
    connection.awaits_body = lambda: wait == "unsent_since_s"
    door.clock.now_s += limit_s
    door.book.sweep()
    assert not door.is_cut(connection)
    door.clock.now_s += 0.1
    door.book.sweep()
    assert door.is_cut(connection)


def test_one_at_work_may_take_its_time(door: Door) -> None:
    connection = door.at_work("192.0.2.1")
    door.clock.now_s += 3600
    door.book.sweep()
    assert not door.is_cut(connection)


def test_slow_readers_are_cut_slowest_first_when_they_hold_too_much(door: Door) -> None:
    slowest, slow, quick = (door.at_work(f"192.0.2.{number}") for number in range(3))
    with (
        door.book.holding(slowest, 400), door.book.holding(slow, 400), door.book.holding(quick, 400),
    ):  # fmt: skip
        slowest.unread_since_s = door.clock()
        slow.unread_since_s = door.clock() + 0.1
        door.book.sweep()
        assert not door.is_cut(slowest)
        door.clock.now_s += SLOW_S + 0.1
        door.book.sweep()
        assert [door.is_cut(each) for each in (slowest, slow, quick)] == [True, False, False]


def test_answers_that_were_sent_are_held_no_more() -> None:
    made = Door(replace(LIMITS, held_bytes=500))
    connection = made.at_work("192.0.2.1")
    for _ in range(3):
        with made.book.holding(connection, 400):
            pass
    connection.unread_since_s = made.clock()
    made.clock.now_s += SLOW_S
    with made.book.holding(connection, 400):
        made.book.sweep()
    assert not made.is_cut(connection)
    made.close()


@pytest.mark.parametrize(
    ("client", "inside"),
    [
        ("192.0.2.1", True),
        ("::ffff:192.0.2.1", True),
        ("192.0.3.1", False),
        ("2001:db8::5", True),
        ("", False),
    ],
)
def test_a_network_contains_its_addresses_in_each_form(client: str, inside: bool) -> None:
    assert (client in Networks(["192.0.2.0/24", "2001:db8::5"])) == inside
