"""Stands in for the Greengrass module of this name: publishing, on the host's MQTT connection."""

from edge import host
from services.core import wire

_POLICIES = (None, "BestEffort", "AllOrException")


class IotDataClient:
    """Publishes like Greengrass's iot-data client: at most once, and nothing is kept for later."""

    def publish(
        self,
        *,
        topic: str = "",
        payload: str | bytes | None = None,
        queueFullPolicy: str | None = None,  # noqa: N803 (the device's name)
    ) -> None:
        """Send a message; ValueError without a topic or payload, as on the device.

        What a DeepLens project sends to `$aws/things/X/infer` goes to `lookalike/X/infer`, since some brokers
        refuse topics that begin with a $.
        """
        if not topic:
            raise ValueError("publish needs a topic; expected topic='…'")
        if payload is None:
            raise ValueError("publish needs a payload; expected text or bytes")
        if queueFullPolicy not in _POLICIES:
            raise ValueError(f"queueFullPolicy is {queueFullPolicy!r}; expected BestEffort or AllOrException")
        data = payload.encode() if isinstance(payload, str) else payload
        host.current().transport.publish(_map_topic(topic), data)


def client(service: str) -> IotDataClient:
    """Return the client of a Greengrass service; only iot-data is there, ValueError for others."""
    if service != "iot-data":
        raise ValueError(f"service is {service!r}; expected 'iot-data'")
    return IotDataClient()


def _map_topic(topic: str) -> str:
    try:
        return wire.topic(*wire.parse_topic(topic))
    except wire.WireError:  # no topic of ours: a program may use any other
        return topic
