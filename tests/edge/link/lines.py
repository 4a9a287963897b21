"""A camera's connection to a broker, as the fixture `start` makes it."""

from collections.abc import Callable

from edge.link.mqtt import MqttLink
from edge.link.status import encode_status

OFFLINE = encode_status("offline", "stopped")
Start = Callable[..., MqttLink]
