"""The MQTT connection: it comes back by itself, and drops unsent messages within moments."""

import logging
import secrets
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage, MQTTMessageInfo
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from common import wire
from common.mqtt_broker import Broker
from common.mqtt_connection_log import ConnectionLog
from common.rate_limited_log import RateLimitedLog
from edge.link import mqtt_client_setup
from edge.link.outbox import Outbox, is_too_large
from edge.link.port import OnMessage, OpenLink
from edge.link.status import encode_status

_log = logging.getLogger(__name__)
# Silence of a broker after which the connection is ended; the search would drop later messages anyway.
_SILENT_S = 5.0


def mqtt_links(broker: Broker, *, prefix: str) -> OpenLink:
    """Links to a broker; PREFIX-THING is the id of a thing's client, THING with a certificate."""
    return partial(MqttLink, broker, prefix=prefix)


class MqttLink:
    """A link over MQTT: sends a camera's messages and receives those to it, fresh or not at all.

    A message waits at most `keep_s` for a connection, or for a broker that is slow to take it, and only the
    freshest of its topic. QoS 0 has no acknowledgement, and a network's buffers hold seconds of messages.
    So behind each message the link subscribes once more, which the broker answers in order; at most two
    messages are without that answer. AWS IoT charges for a subscription as for a message: there they have
    QoS 1, whose acknowledgement costs nothing, and are not sent again either.
    """

    def __init__(
        self,
        broker: Broker,
        thing: str | None,
        *,
        prefix: str = "edge",
        about: Mapping[str, object] | None = None,
        filters: Sequence[str] = (),
        on_message: OnMessage | None = None,
        retained: Sequence[tuple[str, bytes]] = (),
        keep_s: float = 2.0,
    ) -> None:
        """Prepare the connection, as OpenLink says; nothing is opened yet."""
        self._thing, self._on_message, self._retained = thing, on_message, retained
        self._filters = list(filters) or [wire.topic(thing or "none", "command")]
        # A thing's id is fixed: after a crash the broker ends the old connection, whose will must not come
        # late. Without a thing it is random: two processes of one id would push each other off the broker.
        client_id = f"{prefix}-{thing or secrets.token_hex(4)}"
        if thing and broker.has_certificate:
            # AWS IoT finds the thing, whose rights a connection has, by this and the certificate.
            client_id = thing
        self._broker = broker
        self._connection_log, self._faults = ConnectionLog(broker), RateLimitedLog()
        self._client = mqtt_client_setup.make_client(broker, client_id=client_id)
        if thing:
            will = encode_status("offline", "the connection was lost", about=about)
            self._client.will_set(wire.topic(thing, "status"), will, qos=1, retain=True)
        self._client.on_pre_connect = self._begin
        self._client.on_connect = self._connected
        self._client.on_connect_fail = lambda *_: self._connection_log.not_reached(sys.exception())
        self._client.on_socket_close = lambda _client, _data, closed: self._connection_log.socket_closed(
            closed
        )
        self._client.on_disconnect = self._disconnected
        self._client.on_subscribe = self._answered
        if broker.is_aws_iot:
            self._client.on_publish = self._taken
        self._client.on_message = self._received
        self._on_connect: Callable[[], None] = lambda: None
        self._first_connection = threading.Event()
        self._lock = threading.Lock()
        self._outbox = Outbox(self._send, keep_s=keep_s)
        self._up = False

    @property
    def connected(self) -> bool:
        """Whether the broker is connected now."""
        return self._up

    @property
    def max_message_bytes(self) -> int:
        """The largest message that the broker takes."""
        return self._broker.max_message_bytes

    def waits(self, topic: str) -> bool:
        """Whether the last message of this topic still waits for the network."""
        with self._lock:
            self._outbox.forget_old()
            return self._outbox.waits(topic)

    def start(self, on_connect: Callable[[], None] = lambda: None) -> None:
        """Connect in the background, retried indefinitely; `on_connect` is called after each success."""
        self._on_connect = on_connect
        self._client.loop_start()

    def wait_connected(self, timeout_s: float) -> bool:
        """Wait for the first connection; False if none came in time."""
        return self._first_connection.wait(timeout_s)

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send at most once, now or within `keep_s`; True when it was handed to the network already."""
        if is_too_large(topic, payload, self.max_message_bytes, self._faults):
            return False  # AWS IoT would end the connection
        with self._lock:
            self._outbox.put(topic, payload)
            if self._outbox.silent_s > _SILENT_S and self._up:
                self._connection_log.left(f"has not answered for {_SILENT_S:g} s")
                self._up = False
                mqtt_client_setup.cut(self._client)
            if self._up:
                self._outbox.send()
            else:
                self._outbox.forget_old()
            return not self._outbox.waits(topic)

    def publish_status(self, payload: bytes) -> MQTTMessageInfo | None:
        """Send a status at QoS 1, retained; None when unconnected."""
        if not self._up or self._thing is None:
            return None
        return self._client.publish(wire.topic(self._thing, "status"), payload, qos=1, retain=True)

    def stop(self, last_status: bytes = b"", *, timeout_s: float = 0.4) -> None:
        """Send a last status and disconnect, waiting at most twice `timeout_s`."""
        sent = self.publish_status(last_status)
        if sent is not None:
            try:
                sent.wait_for_publish(timeout_s)
            except RuntimeError:  # the connection has just ended: the last will tells
                _log.warning("the last status could not be sent")
        self._client.disconnect()
        # In another thread, as loop_stop has no time limit and a connect may be under way.
        ending = threading.Thread(target=self._client.loop_stop, daemon=True)
        ending.start()
        ending.join(timeout_s)

    def _send(self, topic: str, payload: bytes) -> int:
        if self._broker.is_aws_iot:
            return self._client.publish(topic, payload, qos=1).mid
        self._client.publish(topic, payload, qos=0)
        _, number = self._client.subscribe(self._filters[0], qos=1)
        return number or 0

    def _answered(
        self, _client: Client, _data: object, number: int, codes: list[ReasonCode], _properties: object
    ) -> None:
        with self._lock:
            if self._outbox.answered(number):
                self._outbox.send()
                return
        for name, code in zip(self._filters, codes, strict=False):
            if code.is_failure:
                _log.error("the broker refuses the subscription to %s", name)

    def _taken(
        self, _client: Client, _data: object, number: int, _code: ReasonCode, _properties: Properties
    ) -> None:
        with self._lock:
            if self._outbox.answered(number):
                self._outbox.send()

    def _received(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        # A retained message is old, and comes again with each subscription.
        if self._on_message is None or message.retain:
            return
        try:
            self._on_message(message.topic, bytes(message.payload))
        except Exception:  # a fault of ours must not end the connection
            _log.exception("a message of %d bytes failed", len(message.payload))

    def _begin(self, client: Client, _data: object) -> None:
        # Otherwise an old status, sent again after the new one, would stay retained.
        client.drop_out_messages()
        self._connection_log.attempt()

    def _connected(
        self,
        client: Client,
        _data: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._connection_log.refused(reason)
            return
        client.subscribe([(name, 1) for name in self._filters])
        with self._lock:
            self._up = True
            dropped = self._outbox.start_over()
        self._connection_log.connected(f"; {dropped} messages were dropped before" if dropped else "")
        self._on_connect()
        for topic, payload in self._retained:
            client.publish(topic, payload, qos=1, retain=True)
        with self._lock:
            self._outbox.send()
        self._first_connection.set()

    def _disconnected(
        self,
        _client: Client,
        _data: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        with self._lock:
            self._up = False
        self._connection_log.ended(reason)
