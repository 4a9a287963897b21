"""Stands in for the Greengrass module of this name: publishing, on the host's MQTT connection."""

from typing import Any, Protocol

from common import wire
from edge.deeplens import device_host

_POLICIES = (None, "", "BestEffort", "AllOrException")


class Readable(Protocol):
    """A file-like object; the device's client takes one as a payload."""

    def read(self) -> str | bytes: ...


class IotDataClient:
    """The client of Greengrass's iot-data: it publishes at most once, and keeps nothing for later."""

    def publish(
        self,
        *,
        topic: str | bytes = "",
        payload: str | bytes | bytearray | Readable = b"",
        queueFullPolicy: str | None = None,  # noqa: N803 (the device's name)
        **_ignored: Any,
    ) -> None:
        """Send a message; ValueError without a topic, and for an unknown policy, as on the device.

        What a DeepLens project sends to `$aws/things/X/infer` goes to `lookalike/X/infer`, since some brokers
        refuse topics that begin with a $. As on the device, parameters that are not known are passed over.
        """
        if not topic:
            raise ValueError("publish needs a topic; expected topic='…'")
        if queueFullPolicy not in _POLICIES:
            raise ValueError(f"queueFullPolicy is {queueFullPolicy!r}; expected BestEffort or AllOrException")
        name = topic.decode() if isinstance(topic, bytes) else topic
        device_host.current().publisher.publish(_map_topic(name), _to_bytes(payload))


def client(service: str, *_args: Any) -> IotDataClient:
    """Return the client of a Greengrass service; only iot-data is there, ValueError for others."""
    if service != "iot-data":
        raise ValueError(f"service is {service!r}; expected 'iot-data'")
    return IotDataClient()


def _map_topic(topic: str) -> str:
    try:
        return wire.topic(*wire.parse_topic(topic))
    except wire.WireError:  # no topic of ours; a program may use any other
        return topic


def _to_bytes(payload: str | bytes | bytearray | Readable | None) -> bytes:
    if isinstance(payload, str):
        return payload.encode()
    if isinstance(payload, bytes | bytearray):
        return bytes(payload)
    if payload is not None and hasattr(payload, "read"):
        return _to_bytes(payload.read())
    raise ValueError(f"payload is a {type(payload).__name__}; expected text, bytes or a file")
