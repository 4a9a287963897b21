"""paho's MQTT client, which holds nothing back: it reads in large pieces, and sends at once."""

import contextlib
import socket
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode

_PIECE_BYTES = 64 * 1024
# Linux alone has it.
_QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)
# The first byte of a message at QoS 0, retained or not.
_PUBLISH, _NOT_RETAIN = 0x30, 0xFE


class FastReadingClient(Client):
    """A client that takes all messages of a piece before it waits for the network again.

    paho itself reads a message in four pieces, and gives up the interpreter's lock at each: beside a thread
    that computes it comes to 2,700 messages a second, and the rest grows old in the broker. For MQTT 3.1.1;
    without callbacks of single topics. What it publishes goes at once.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._piece, self._position = b"", 0
        self._may_receive = True
        self.on_socket_open = _send_at_once

    def reconnect(self) -> MQTTErrorCode:
        """Connect again; what was read ahead belongs to the old connection."""
        self._piece, self._position = b"", 0
        return super().reconnect()

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Process one piece from the network; between two the client sends, and checks the connection."""
        self._may_receive = True
        while True:
            # What is no whole message at QoS 0 is left to paho.
            result = super().loop_read(max_packets)
            if result != MQTTErrorCode.MQTT_ERR_SUCCESS:
                return result
            if self._in_packet["command"] == 0:
                self._take_messages()
            if self._position >= len(self._piece):
                return result

    def _sock_recv(self, bufsize: int) -> bytes:
        if self._position >= len(self._piece):
            if not self._may_receive:
                raise BlockingIOError
            self._may_receive = False
            self._piece, self._position = super()._sock_recv(max(bufsize, _PIECE_BYTES)), 0
            self._acknowledge()
        start, self._position = self._position, self._position + bufsize
        return self._piece[start : self._position]

    def _acknowledge(self) -> None:
        """Have the kernel acknowledge the piece now, instead of up to 40 ms later.

        rumqttd sends with Nagle's algorithm: the next message waits until the last one is acknowledged. The
        kernel forgets the option soon, so it is set at each piece.
        """
        connection: Any = self.socket()
        if _QUICK_ACK is not None and connection is not None:
            with contextlib.suppress(OSError):  # closed by now: the next read says so
                connection.setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)

    def _take_messages(self) -> None:
        """Hand on the whole messages at QoS 0 that come next."""
        piece, on_message = self._piece, self.on_message
        while on_message is not None and self._position < len(piece):
            first = piece[self._position]
            start, end = _body(piece, self._position + 1)
            topic_end = start + 2 + int.from_bytes(piece[start : start + 2], "big")
            if first & _NOT_RETAIN != _PUBLISH or not start < topic_end <= end <= len(piece):
                return
            message = MQTTMessage(topic=piece[start + 2 : topic_end])
            message.payload, message.retain = piece[topic_end:end], bool(first & 1)
            self._position = end
            with self._in_callback_mutex:
                on_message(self, self._userdata, message)


def _send_at_once(_client: Client, _userdata: object, connection: object) -> None:
    # Otherwise the kernel holds small messages back for 40 ms, to fill a packet.
    if isinstance(connection, socket.socket):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _body(piece: bytes, position: int) -> tuple[int, int]:
    """Where a packet's body starts and ends, from its length: seven bits a byte, the lowest first."""
    length = 0
    for number, byte in enumerate(piece[position : position + 4]):
        length |= (byte & 127) << (7 * number)
        if byte < 128:
            return position + number + 1, position + number + 1 + length
    return 0, 0
