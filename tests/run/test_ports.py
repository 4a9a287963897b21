"""Ports reserved for a server until it starts."""

import errno
import socket

import pytest

from services.run.ports import reserve


def test_a_reserved_port_is_kept_from_others_and_given_to_its_server() -> None:
    first, second = reserve(2)
    assert first != second

    # The kernel offers a reserved port to nobody who asks for any port.
    with socket.socket() as anybody, pytest.raises(OSError, match="in use") as refused:
        anybody.bind(("127.0.0.1", first))
    assert refused.value.errno == errno.EADDRINUSE

    address = ("127.0.0.1", first)
    for _start_and_restart in range(2):
        with socket.create_server(address) as server, socket.create_connection(address, timeout=5):
            server.accept()[0].close()


def test_nobody_answers_on_a_reserved_port_before_its_server() -> None:
    (port,) = reserve(1)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
