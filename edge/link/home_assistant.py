"""The messages by which a camera appears in Home Assistant by itself (docs/cameras.md)."""

import json
from typing import Any

from common import wire

_ORIGIN = {"name": "Lookalike"}


def messages(thing: str, *, max_age_s: float) -> list[tuple[str, bytes]]:
    """Topics and payloads, to be retained, that describe a camera's three entities.

    One message an entity, which every version of Home Assistant understands; the one message a device
    of 2024.11 would leave out the older ones. There is no camera entity: pictures are sent only while
    somebody watches, and Home Assistant would go on showing the last one.
    """
    status = wire.topic(thing, "status")
    availability = {
        "availability_topic": status,
        "availability_template": "{{ 'online' if value_json.state == 'online' else 'offline' }}",
    }
    # Seconds without refresh after which a state is unavailable, rounded down; 0 would mean never.
    match = {
        "name": "Match",
        "icon": "mdi:image-search",
        "state_topic": wire.topic(thing, "match"),
        "value_template": "{{ value_json.shown }}",
        "json_attributes_topic": wire.topic(thing, "match"),
        "expire_after": max(1, int(max_age_s)),
    } | availability
    # It has no availability of its own, as its very state says that the camera is not there.
    connection = {
        "name": "Connection",
        "device_class": "connectivity",
        "entity_category": "diagnostic",
        "state_topic": status,
        "value_template": "{{ 'ON' if value_json.state == 'online' else 'OFF' }}",
        "json_attributes_topic": status,
    }
    fps = {
        "name": "Frame rate",
        "icon": "mdi:speedometer",
        "entity_category": "diagnostic",
        "state_class": "measurement",
        "unit_of_measurement": "fps",
        "state_topic": status,
        "value_template": "{{ value_json.fps }}",
    } | availability
    return [
        _message(thing, "sensor", "match", match),
        _message(thing, "binary_sensor", "connection", connection),
        _message(thing, "sensor", "fps", fps),
    ]


def _message(thing: str, component: str, name: str, entity: dict[str, Any]) -> tuple[str, bytes]:
    # A thing's name may hold a colon, but a part of such a topic may not.
    part = thing.replace(":", "_")
    config = entity | {
        "unique_id": f"lookalike_{thing}_{name}",
        "device": {"identifiers": [f"lookalike_{thing}"], "name": thing, "model": "Lookalike camera"},
        "origin": _ORIGIN,
    }
    payload = json.dumps(config, separators=(",", ":")).encode()
    return f"homeassistant/{component}/lookalike_{part}/{name}/config", payload
