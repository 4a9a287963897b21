"""A broker that does only what a test says: it speaks MQTT packet by packet."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

CONNACK, PUBACK, SUBACK = 2, 4, 9
CONNECT, PUBLISH, SUBSCRIBE = 1, 3, 8
PATIENCE_S = 30


@dataclass(frozen=True)
class Packet:
    """One MQTT packet without its length."""

    kind: int
    flags: int
    body: bytes

    @property
    def topic(self) -> str:
        """The topic of a PUBLISH."""
        return self.body[2 : 2 + int.from_bytes(self.body[:2])].decode()

    @property
    def payload(self) -> bytes:
        """The payload of a PUBLISH."""
        skipped = 2 + int.from_bytes(self.body[:2]) + (2 if self.flags & 6 else 0)
        return self.body[skipped:]


class Visit:
    """A client's connection."""

    def __init__(self, connection: socket.socket) -> None:
        connection.settimeout(PATIENCE_S)
        self._connection = connection
        self._stream = connection.makefile("rb")

    def read(self) -> Packet:
        """The next packet; EOFError when the client has gone."""
        try:
            first, length, shift = self._bytes(1)[0], 0, 0
            while True:
                more = self._bytes(1)[0]
                length += (more & 127) << shift
                shift += 7
                if more < 128:
                    return Packet(first >> 4, first & 15, self._bytes(length))
        except ConnectionResetError:
            raise EOFError from None

    def read_kind(self, kind: int) -> Packet:
        """The next packet of a kind; others are skipped."""
        while (packet := self.read()).kind != kind:
            pass
        return packet

    def rest(self) -> list[Packet]:
        """All packets still to come, until the client has gone."""
        packets = []
        try:
            while True:
                packets.append(self.read())
        except EOFError:
            return packets

    def write(self, kind: int, body: bytes) -> None:
        """Send a packet."""
        self._connection.sendall(bytes([kind << 4, len(body)]) + body)

    def greet(self, code: int = 0) -> Packet:
        """Answer the CONNECT and return it."""
        packet = self.read_kind(CONNECT)
        self.write(CONNACK, bytes([0, code]))
        return packet

    def answer(self, subscribe: Packet, code: int = 1) -> None:
        """Answer a SUBSCRIBE for one filter; 128 refuses it."""
        self.write(SUBACK, subscribe.body[:2] + bytes([code]))

    def close(self) -> None:
        """Hang up."""
        self._stream.close()
        self._connection.close()

    def _bytes(self, count: int) -> bytes:
        read = self._stream.read(count)
        if len(read) < count:
            raise EOFError
        return read


class Puppet:
    """A broker on a port of this machine, played by the test."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self.port: int = listening.getsockname()[1]
        self._visits: list[Visit] = []

    def accept(self) -> Visit:
        """The next client."""
        connection, _ = self._listening.accept()
        self._visits.append(Visit(connection))
        return self._visits[-1]

    def close(self) -> None:
        """Hang up on all clients."""
        for visit in self._visits:
            visit.close()
        self._listening.close()


@contextmanager
def puppet() -> Iterator[Puppet]:
    """A puppet on a free port."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(PATIENCE_S)
    held = Puppet(listening)
    try:
        yield held
    finally:
        held.close()
