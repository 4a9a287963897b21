"""Things that send their frames over MQTT, and their statuses."""

import json

from paho.mqtt import publish

from common import wire
from tests.edge.kit import MqttListener
from tests.servers import until


def send(port: int, *frames: tuple[str, bytes], retain: bool = False) -> None:
    """Publish frames as these things would."""
    publish.multiple(
        [(f"lookalike/{thing}/frame", content, 0, retain) for thing, content in frames], port=port
    )


def statuses(listener: MqttListener, thing: str) -> list[dict[str, object]]:
    topic = wire.topic(thing, "status")
    return [json.loads(heard.payload) for heard in listener.heard if heard.topic == topic]


def wait_status(listener: MqttListener, thing: str, **wanted: object) -> dict[str, object]:
    """Wait until the newest status of a thing has these values."""

    def holds() -> bool:
        newest = statuses(listener, thing)[-1:]
        return bool(newest) and wanted.items() <= newest[0].items()

    until(holds, what=f"{thing} with {wanted}; it has {statuses(listener, thing)[-1:]}")
    return statuses(listener, thing)[-1]
