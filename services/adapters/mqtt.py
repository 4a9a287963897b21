"""The services' side of MQTT: subscriptions that survive the broker's restarts, on paho-mqtt."""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from common.mqtt_broker import NO_FILES, MqttFiles, describe_broker
from common.mqtt_connection_log import CONNECT_S, ConnectionLog
from common.mqtt_fast_reading import FastReadingClient
from services.core.cameras.link import OnMessage
from services.core.errors import InputError, UnavailableError

# A topic that no camera has, and that no filter of a camera's topics matches.
CHECK_TOPIC = "lookalike/check"
CHECK_MESSAGE = b"{}"
CHECK_S = 2.0

log = logging.getLogger(__name__)


class MqttClient:
    """Hands each message on the wanted topics to `on_message(topic, payload)`, in a thread of its own.

    The session is clean, so that nothing old comes after a reconnect. On `live_filters` (QoS 0) retained
    messages are left out too, because they are old.
    """

    def __init__(
        self,
        url: str,
        *,
        filters: Sequence[str],
        qos: int,
        on_message: OnMessage,
        live_filters: Sequence[str] = (),
        files: MqttFiles = NO_FILES,
    ) -> None:
        """Prepare a connection; raises InputError, without a password, for a wrong address or file."""
        try:
            broker = describe_broker(url, files)
        except ValueError as error:
            raise InputError(f"the MQTT broker: {error}") from None
        self._address, self._max_bytes = broker.address, broker.max_message_bytes
        self._log = ConnectionLog(broker)
        self._subscriptions = [(name, qos) for name in filters] + [(name, 0) for name in live_filters]
        self._live_filters = live_filters
        self._on_message = on_message
        # The filters that the broker does not let us read.
        self._refused: list[str] = []
        self._client = FastReadingClient(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv311)
        if broker.address.user is not None:
            self._client.username_pw_set(broker.address.user, broker.address.password)
        if broker.tls:
            self._client.tls_set_context(broker.tls)
        self._client.connect_timeout = CONNECT_S
        self._client.reconnect_delay_set(min_delay=1, max_delay=30)
        self._client.on_pre_connect = self._begin
        self._client.on_connect_fail = lambda *_: self._log.not_reached(sys.exception())
        self._client.on_socket_close = lambda _client, _data, closed: self._log.socket_closed(closed)
        self._client.on_connect = self._connected
        self._client.on_subscribe = self._subscribed
        self._client.on_disconnect = self._disconnected
        self._client.on_message = self._received

    @property
    def connected(self) -> bool:
        """Whether the broker is connected now."""
        return self._client.is_connected()

    @property
    def max_bytes(self) -> int:
        """The largest message that the broker takes."""
        return self._max_bytes

    def check(self) -> None:
        """Raise UnavailableError unless the broker lets us read, and takes a message within CHECK_S."""
        if not self.connected:
            raise UnavailableError("the broker is not connected; reconnecting")
        if self._refused:
            raise UnavailableError(f"the broker does not let us read {', '.join(self._refused)}")
        if not self.publish(CHECK_TOPIC, CHECK_MESSAGE, qos=1, within_s=CHECK_S):
            raise UnavailableError(
                f"the broker takes no message within {CHECK_S:g} s; it hangs or is overloaded"
            )

    def start(self) -> None:
        """Connect in the background, retried indefinitely; returns at once."""
        self._client.connect_async(self._address.host, self._address.port, keepalive=15)
        self._client.loop_start()

    def stop(self) -> None:
        """Disconnect and end the thread."""
        self._client.disconnect()
        self._client.loop_stop()

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 0, within_s: float = 0.0, retained: bool = False
    ) -> bool:
        """Send a message now or never: False if it was dropped, because the broker is away.

        Waits up to `within_s` until the network has taken it (with QoS 1: the broker); False if it has not.
        """
        if not self.connected:
            return False
        sent = self._client.publish(topic, payload, qos, retain=retained)
        try:
            if within_s:
                sent.wait_for_publish(within_s)
            return sent.is_published() or not within_s
        except RuntimeError:  # the connection went in this moment
            return False

    def _begin(self, client: mqtt.Client, _data: Any) -> None:
        client.drop_out_messages()
        self._log.attempt()

    def _connected(
        self, client: mqtt.Client, _data: Any, _flags: Any, code: ReasonCode, _properties: Any
    ) -> None:
        if code.is_failure:
            self._log.refused(code)
            return
        self._log.connected()
        client.subscribe(self._subscriptions)

    def _subscribed(
        self, _client: mqtt.Client, _data: Any, _number: int, codes: Sequence[ReasonCode], _properties: Any
    ) -> None:
        answers = zip(self._subscriptions, codes, strict=False)
        self._refused = [name for (name, _qos), code in answers if code.is_failure]
        if self._refused:
            log.error("broker %s does not let us read %s", self._address, ", ".join(self._refused))

    def _disconnected(
        self, _client: mqtt.Client, _data: Any, _flags: Any, code: ReasonCode, _properties: Any
    ) -> None:
        self._log.ended(code)

    def _received(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            return
        if message.retain and any(mqtt.topic_matches_sub(name, topic) for name in self._live_filters):
            return
        try:
            self._on_message(topic, bytes(message.payload))
        except Exception:  # a fault of ours must not end the connection
            log.exception("message on %s failed", topic[:100])
