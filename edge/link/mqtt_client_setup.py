"""Where the broker is, how a connection to it is set up, and in plain words why there is none."""

import socket
import ssl
import struct
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_KEEPALIVE_S = 10  # a dead connection is noticed within twice of it
_CONNECT_S = 5.0
_FIRST_DELAY_S, _LAST_DELAY_S = 1, 30


def check_url(url: str) -> str:
    """Return `url` if it is an MQTT address; ValueError, without its password, otherwise."""
    try:
        parts = urlsplit(url)
        fits = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
        (parts.hostname or "").encode("idna")  # what no name can be would end the thread that connects
    except ValueError:  # a port that is no number, half an IPv6 address
        fits = False
    if not fits:
        raise ValueError("expected mqtt://[user:password@]host[:port] or mqtts://…")
    return url


def make_client(url: str, *, client_id: str) -> tuple[str, Client]:
    """Return the broker's address for the log, and a client that is set up but not connected.

    mqtts:// trusts the system's authorities, or those of the file that SSL_CERT_FILE names.
    """
    parts = urlsplit(check_url(url))
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    client = Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv311)
    if parts.username is not None:
        client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
    if parts.scheme == "mqtts":
        client.tls_set_context(ssl.create_default_context())
    client.connect_timeout = _CONNECT_S
    client.reconnect_delay_set(_FIRST_DELAY_S, _LAST_DELAY_S)
    client.on_socket_open = _send_at_once
    client.connect_async(host, port, _KEEPALIVE_S)
    return f"{host}:{port}", client


def cause(error: BaseException | None) -> str:
    """Why a connection could not be made, in words for the log."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"its TLS certificate is not trusted: {error.verify_message}"
        case ssl.SSLError():
            return f"no TLS with it: {error.reason or error}"
        case socket.gaierror():
            return "no such host"
        case ConnectionRefusedError():
            return "nothing listens there"
        case TimeoutError():
            return f"no answer in {_CONNECT_S:g} s"
        case OSError():
            return error.strerror or str(error) or type(error).__name__
    return "cause unknown"


def cut(client: Client) -> None:
    """End the connection in a way that what was not transmitted yet never is; the client then reconnects."""
    connection = client.socket()
    if isinstance(connection, socket.socket):  # an SSLSocket is one too
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # Not ssl's own, which would take its state away under the thread that reads.
            socket.socket.shutdown(connection, socket.SHUT_RDWR)
        except OSError:  # it has ended by itself in this moment
            return


def _send_at_once(_client: Client, _userdata: object, connection: object) -> None:
    # Or else the kernel holds small messages back for 40 ms, to fill a packet with them.
    if isinstance(connection, socket.socket):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
