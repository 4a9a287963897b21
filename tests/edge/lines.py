"""One camera's connection to a broker, as the fixture `start` makes it."""

from collections.abc import Callable

from edge.mqtt import MqttTransport
from edge.status import encode_status

OFFLINE = encode_status("offline", "stopped")
Start = Callable[..., MqttTransport]
