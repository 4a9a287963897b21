"""The setup of a connection to the broker, and its abrupt end."""

import socket
import struct

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from common.mqtt_broker import Broker
from common.mqtt_connection_log import CONNECT_S
from common.mqtt_fast_reading import FastReadingClient

_KEEPALIVE_S = 10  # a dead connection is noticed within twice this time
_FIRST_DELAY_S, _LAST_DELAY_S = 1, 30


def make_client(broker: Broker, *, client_id: str) -> Client:
    """Return a configured client, not connected."""
    address = broker.address
    client = FastReadingClient(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv311)
    if address.user is not None:
        client.username_pw_set(address.user, address.password)
    if broker.tls:
        client.tls_set_context(broker.tls)
    client.connect_timeout = CONNECT_S
    client.reconnect_delay_set(_FIRST_DELAY_S, _LAST_DELAY_S)
    client.connect_async(address.host, address.port, _KEEPALIVE_S)
    return client


def cut(client: Client) -> None:
    """End the connection without transmitting anything more; the client then reconnects."""
    connection = client.socket()
    if isinstance(connection, socket.socket):  # an SSLSocket is one too
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # Not ssl's own shutdown, which would remove its state while another thread reads.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)
        except OSError:  # it has just ended by itself
            return
