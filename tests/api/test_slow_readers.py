"""Readers that ask for much and read nothing: others are answered, and little memory is used."""

from __future__ import annotations

import contextlib
import socket

import httpx
import pytest

from tests.memory import peak_bytes
from tests.system.pictures import picture
from tests.system.single import path
from tests.system.stack import Stack

MIB = 1024 * 1024
LARGE = picture(7) + bytes(8 * MIB)


@pytest.mark.parametrize(("call", "readers"), [("/items/huge/image", 250), ("/items/archive", 40)])
def test_readers_that_never_read_take_little_memory_and_lock_nobody_out(
    empty: Stack, call: str, readers: int
) -> None:
    added = empty.client.post("/items", files={"image": LARGE}, data={"title": "Huge", "id": "huge"})
    assert added.status_code == 201, added.text
    pid = empty.pid("services.api")
    before = peak_bytes(pid)
    with contextlib.ExitStack() as held:
        for _ in range(readers):
            held.enter_context(_reader(empty.port, call))
        # Long enough for all of them to be answered as far as they are.
        assert [httpx.get(f"{empty.page}/items", timeout=60).status_code for _ in range(20)] == [200] * 20
        assert peak_bytes(pid) - before < 48 * MIB
    empty.client.delete(path("huge"))


def _reader(port: int, call: str) -> socket.socket:
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.settimeout(30)
    reader.connect(("127.0.0.1", port))
    reader.sendall(f"GET {call} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    return reader
