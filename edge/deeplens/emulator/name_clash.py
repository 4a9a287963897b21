"""The question to the broker whether a camera of the same name is there already."""

import json
import secrets
import threading

from paho.mqtt.client import Client, MQTTMessage

from common import wire
from common.mqtt_broker import Broker
from edge.link.mqtt_client_setup import make_client

_WAIT_S = 0.3


def is_there(broker: Broker, thing: str) -> bool:
    """Whether a thing's retained status is other than offline; False also without a broker."""
    answered = threading.Event()
    states: list[object] = []

    def receive(_client: Client, _data: object, message: MQTTMessage) -> None:
        try:
            states.append(json.loads(message.payload)["state"])
        except (ValueError, KeyError, TypeError):
            states.append(None)
        answered.set()

    def subscribe(client: Client, *_: object) -> None:
        client.subscribe(wire.topic(thing, "status"))

    client = make_client(broker, client_id=f"ask-{secrets.token_hex(4)}")
    client.on_connect = subscribe
    client.on_message = receive
    client.loop_start()
    answered.wait(_WAIT_S)
    client.disconnect()
    client.loop_stop()
    return bool(states) and states[0] not in (None, "offline")
