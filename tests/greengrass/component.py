"""A component as a nucleus knows it: its token, configuration and rights."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_SERVICE = "aws.greengrass.ipc.mqttproxy"
_PARTS = {"*": ".*", "#": ".*", "+": "[^/]*"}


@dataclass
class Component:
    """A component of a thing; `configuration` holds `accessControl`, as in a recipe."""

    name: str = "lookalike.Edge"
    token: str = "a-right-token"
    thing: str = "cam-1"
    configuration: dict[str, Any] = field(default_factory=dict)

    def may(self, operation: str, topic: str) -> bool:
        """Whether its accessControl allows an operation, as PublishToIoTCore, on a topic or filter."""
        policies = self.configuration.get("accessControl", {}).get(_SERVICE, {})
        wanted = {"*", f"aws.greengrass#{operation}"}
        return any(
            _pattern(resource.replace("{iot:thingName}", self.thing)).fullmatch(topic)
            for policy in policies.values()
            if wanted & set(policy["operations"])
            for resource in policy["resources"]
        )

    def at(self, key_path: list[str]) -> object:
        """The configuration at a path; KeyError where there is none."""
        found: Any = self.configuration
        for key in key_path:
            found = found[key]
        # One value comes as a map, too.
        return found if isinstance(found, dict) else {key_path[-1]: found}


def allowing(*topics: str) -> dict[str, Any]:
    """A configuration whose accessControl allows both operations on these topics."""
    operations = ["aws.greengrass#PublishToIoTCore", "aws.greengrass#SubscribeToIoTCore"]
    return {"accessControl": {_SERVICE: {"test": {"operations": operations, "resources": list(topics)}}}}


def configured(recipe: Path | None, update: Path | None) -> dict[str, Any]:
    """The default configuration of a recipe (JSON or YAML), with a deployment's update merged in."""
    default = _load(recipe)["ComponentConfiguration"]["DefaultConfiguration"] if recipe else allowing("*")
    return _merged(default, _load(update) if update else {})


def _load(path: Path) -> dict[str, Any]:
    text = path.read_text()
    found = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    assert isinstance(found, dict)
    return found


def _merged(default: Mapping[str, Any], update: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(default)
    for key, value in update.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merged(merged[key], value) if both else value
    return merged


def _pattern(resource: str) -> re.Pattern[str]:
    return re.compile("".join(_PARTS.get(each) or re.escape(each) for each in resource), re.DOTALL)
