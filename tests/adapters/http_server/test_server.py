"""The limited server with clients that are silent, do not read, or are too many."""

from __future__ import annotations

import logging
import resource
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from services.adapters.http_server.connections import Connections
from services.adapters.http_server.listener import Listener
from services.adapters.http_server.protocol import PIECE_BYTES
from services.adapters.http_server.server import LimitedServer, ServedAt
from tests.adapters.http_server.serving import PATIENT, Served, read_all, request, serving
from tests.certificates import Authority
from tests.servers import until

LARGE = bytes(range(256)) * 4096 * 8
UPLOAD = b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n"
BODY_ENDS: list[str] = []


async def small(_request: Request) -> Response:
    return PlainTextResponse("here")


async def large(_request: Request) -> Response:
    return Response(LARGE)


async def body(request: Request) -> Response:
    try:
        return PlainTextResponse(str(len(await request.body())))
    except ClientDisconnect:
        BODY_ENDS.append("gone")
        return PlainTextResponse("gone")


APP = Starlette(routes=[Route("/", small), Route("/large", large), Route("/body", body, methods=["POST"])])


@pytest.fixture
def quick() -> Iterator[Served]:
    """A server that does not wait for long."""
    with serving(APP, replace(PATIENT, head_s=0.3, stall_s=0.6)) as served:
        yield served


def test_a_large_answer_comes_whole() -> None:
    with serving(APP) as served:
        assert served.ask("/large") == LARGE
        assert served.ask() == b"here"
        with served.connect(request("/large").replace(b"GET", b"HEAD")) as client:
            assert read_all(client).endswith(b"\r\n\r\n")


def test_readers_that_do_not_read_hold_little_and_others_are_answered() -> None:
    with serving(APP, replace(PATIENT, held_bytes=2 * len(LARGE))) as served:
        stuck = [served.connect(request("/large")) for _ in range(10)]
        until(lambda: len(served.book) == 2, what="all but two of them are cut")
        assert served.ask() == b"here"
        for client in stuck:
            client.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        request()[:-2],
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        request("/large"),
        b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf",
    ],
    ids=["silent", "slow head", "no end", "idle after an answer", "does not read", "half a body"],
)
def test_who_stops_in_the_middle_is_cut(quick: Served, sent: bytes) -> None:
    with quick.connect(sent):
        until(lambda: len(quick.book) == 1, what="it came")
        until(lambda: len(quick.book) == 0, what="it is cut")
    assert quick.ask() == b"here"


def test_the_app_learns_that_a_body_will_not_come(quick: Served) -> None:
    BODY_ENDS.clear()
    with quick.connect(b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"):
        until(lambda: BODY_ENDS == ["gone"])


@pytest.mark.parametrize("begun", [b"GET / HTTP/1.1\r\n", UPLOAD], ids=["head", "body"])
def test_drop_by_drop_a_request_does_not_come_in_time(quick: Served, begun: bytes) -> None:
    with quick.connect(begun) as client:
        until(lambda: not _drips(client), what="it is cut while it sends")


def test_each_64_kib_of_a_body_have_the_time_again() -> None:
    with serving(APP) as served, served.connect(UPLOAD) as client:
        until(lambda: served.book.of(client.getsockname()) is not None)
        connection = served.book.of(client.getsockname())
        assert connection is not None
        until(lambda: connection.unsent_since_s is not None, what="it waits for the body")
        first_s = connection.unsent_since_s
        client.sendall(b"in drops")
        client.sendall(bytes(PIECE_BYTES))
        until(lambda: connection.unsent_since_s not in (None, first_s), what="it waits for the next part")


def _drips(client: socket.socket) -> bool:
    try:
        client.sendall(b"X: y\r\n")
    except OSError:
        return False
    return True


def test_more_silent_clients_than_places_shut_nobody_out(caplog: pytest.LogCaptureFixture) -> None:
    with serving(APP, replace(PATIENT, each_address=20)) as served:
        silent = [served.connect() for _ in range(100)]
        assert [served.ask() for _ in range(5)] == [b"here"] * 5
        assert len(served.book) <= 20
        for client in silent:
            client.close()
    assert len(caplog.records) < 5


def test_with_tls_a_silent_client_has_no_more_time(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    files = authority.sign("page")
    trusting = ssl.create_default_context(cafile=str(authority.certificate))
    at = {"certificate": files.certificate, "certificate_key": files.key}
    with serving(APP, replace(PATIENT, head_s=0.3, stall_s=0.6), **at) as served:
        with served.connect():
            until(lambda: len(served.book) == 1)
            until(lambda: len(served.book) == 0, what="it is cut in the handshake")
        with trusting.wrap_socket(served.connect(), server_hostname="127.0.0.1") as client:
            client.sendall(request())
            assert read_all(client).endswith(b"here")
        with trusting.wrap_socket(served.connect(), server_hostname="127.0.0.1") as client:
            client.sendall(request("/large"))
            until(lambda: len(served.book) == 0, what="it is cut, as it does not read")


def test_a_flood_of_requests_that_are_none_is_one_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    upgrade = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n\r\n"
    with caplog.at_level(logging.WARNING), serving(APP) as served:
        for sent in (b"\x16\x03\x01 no http\r\n\r\n", upgrade) * 30:
            with served.connect(sent) as client:
                read_all(client)
    assert 1 <= len(caplog.records) <= 6


def test_without_a_free_descriptor_clients_are_turned_away_quietly(caplog: pytest.LogCaptureFixture) -> None:
    bound = socket.create_server(("127.0.0.1", 0))
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    with Listener(bound, Connections(PATIENT)) as listener:
        listener.listen()
        listener.setblocking(False)
        clients = [socket.create_connection(listener.getsockname()) for _ in range(30)]
        opened: list[socket.socket] = []
        used = len(list(Path("/proc/self/fd").iterdir()))
        resource.setrlimit(resource.RLIMIT_NOFILE, (used + 3, before[1]))
        try:
            with caplog.at_level(logging.WARNING):
                for _ in range(60):
                    with_none_left: Any = None
                    try:
                        opened.append(listener.accept()[0])
                    except BlockingIOError as error:
                        with_none_left = error
            assert with_none_left is not None
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
        assert 0 < len(opened) < 10
        assert len(caplog.records) <= 2
        for each in (*clients, *opened):
            each.close()


def test_a_server_may_open_as_many_files_as_the_system_allows(caplog: pytest.LogCaptureFixture) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), hard))
    try:
        LimitedServer(APP, ServedAt("127.0.0.1", 0), replace(PATIENT, in_all=hard), graceful_s=1)
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (hard, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    # Each connection may need two.
    assert "the limit of open files is too low" in caplog.text


def test_an_answer_s_body_does_not_wait_for_its_head_to_be_acknowledged() -> None:
    with Listener(socket.create_server(("127.0.0.1", 0)), Connections(PATIENT)) as listener:
        listener.listen()
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
