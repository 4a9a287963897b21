"""The MQTT connection: it comes back by itself, and keeps nothing that it could not send."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edge.status import encode_status
from services.core import wire

_log = logging.getLogger(__name__)
_PORTS = {"mqtt": 1883, "mqtts": 8883}
_KEEPALIVE_S = 10  # a dead connection is noticed within twice of it
_CONNECT_S = 5.0
_FIRST_DELAY_S, _LAST_DELAY_S = 1, 30
_MAX_UNWRITTEN = 8


def check_url(url: str) -> str:
    """Return `url` if it is an MQTT address; ValueError, without its password, otherwise."""
    parts = urlsplit(url)
    try:
        fits = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        fits = False
    if not fits:
        raise ValueError("expected mqtt://[user:password@]host[:port] or mqtts://…")
    return url


class MqttTransport:
    """Publishes for one camera; while there is no connection messages are dropped and counted."""

    def __init__(self, url: str, *, thing: str) -> None:
        """Prepare the connection to `url` (see check_url); nothing is opened yet."""
        self._status_topic = wire.topic(thing, "status")
        self._address, self._client = _make_client(url, thing)
        self._client.will_set(
            self._status_topic, encode_status("offline", "the connection was lost"), qos=1, retain=True
        )
        self._client.on_pre_connect = self._forget_unsent
        self._client.on_connect = self._connected
        self._client.on_connect_fail = self._not_reached
        self._client.on_disconnect = self._disconnected
        self._on_connect: Callable[[], None] = lambda: None
        self._first_connection = threading.Event()
        self._lock = threading.Lock()
        self._unwritten: deque[MQTTMessageInfo] = deque()
        self._dropped = 0

    def start(self, on_connect: Callable[[], None]) -> None:
        """Connect in the background, again and again; `on_connect` is called after each success."""
        self._on_connect = on_connect
        self._client.loop_start()

    def wait_connected(self, timeout_s: float) -> bool:
        """Wait for the first connection; False when there was none in time."""
        return self._first_connection.wait(timeout_s)

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send at QoS 0 now, or drop: unconnected, or when the network takes no more. True when sent."""
        with self._lock:
            while self._unwritten and self._unwritten[0].is_published():
                self._unwritten.popleft()
            if not self._client.is_connected() or len(self._unwritten) >= _MAX_UNWRITTEN:
                self._dropped += 1
                return False
            self._unwritten.append(self._client.publish(topic, payload, qos=0))
        return True

    def publish_status(self, payload: bytes) -> MQTTMessageInfo | None:
        """Send a status at QoS 1, retained; None when unconnected."""
        if not self._client.is_connected():
            return None
        return self._client.publish(self._status_topic, payload, qos=1, retain=True)

    def stop(self, last_status: bytes, *, timeout_s: float = 0.4) -> None:
        """Send a last status and disconnect, waiting at most twice `timeout_s`."""
        sent = self.publish_status(last_status)
        if sent is not None:
            try:
                sent.wait_for_publish(timeout_s)
            except RuntimeError:  # the connection went in this moment: the last will tells
                _log.warning("the last status could not be sent")
        self._client.disconnect()
        # Aside, because its end cannot be awaited with a time limit and a connect may be under way.
        ending = threading.Thread(target=self._client.loop_stop, daemon=True)
        ending.start()
        ending.join(timeout_s)

    def _forget_unsent(self, client: Client, _userdata: object) -> None:
        # Or else an old status, sent again after the new one, would be the retained one.
        client.drop_out_messages()

    def _connected(
        self,
        _client: Client,
        _userdata: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            _log.error("broker %s refused the connection: %s", self._address, reason)
            return
        with self._lock:
            dropped, self._dropped = self._dropped, 0
            self._unwritten.clear()
        lost = f"; {dropped} messages were dropped before" if dropped else ""
        _log.info("connected to broker %s%s", self._address, lost)
        self._on_connect()
        self._first_connection.set()

    def _not_reached(self, _client: Client, _userdata: object) -> None:
        _log.warning("broker %s cannot be reached; trying again", self._address)

    def _disconnected(
        self,
        _client: Client,
        _userdata: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            _log.warning("connection to broker %s lost (%s); trying again", self._address, reason)


def _make_client(url: str, thing: str) -> tuple[str, Client]:
    """Return the broker's address for the log, and a client that is set up but not connected."""
    parts = urlsplit(check_url(url))
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    # A fixed id: after a crash the broker ends the old connection, whose will must not come late.
    client = Client(CallbackAPIVersion.VERSION2, f"edge-{thing}", protocol=MQTTProtocolVersion.MQTTv311)
    if parts.username is not None:
        client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
    if parts.scheme == "mqtts":
        client.tls_set()
    client.connect_timeout = _CONNECT_S
    client.reconnect_delay_set(_FIRST_DELAY_S, _LAST_DELAY_S)
    client.connect_async(host, port, _KEEPALIVE_S)
    return f"{host}:{port}", client
