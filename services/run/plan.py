"""The plan of `make run`: its processes, with their commands and addresses."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from common.mqtt_broker import describe_broker
from common.secrets import SUFFIX
from services.bootstrap.base_settings import PREFIX
from services.bootstrap.settings import RunSettings
from services.core.errors import InputError
from services.run.embedded import EmbeddedBroker, EmbeddedRedis
from services.run.ports import reserve

# The name of the edge that runs cameras which are added in the page.
_EDGE = "server"
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Command:
    """A process to start, with its own `environ`; stage 0 is up before stage 1 starts, and ends after it."""

    name: str
    stage: int
    arguments: list[str]
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """All processes, their common environment, and the addresses for run.json."""

    commands: list[Command]
    environ: Mapping[str, str]
    addresses: Mapping[str, str]


def make_plan(settings: RunSettings) -> Plan:
    """A plan on free ports, from the settings.

    Raises InputError if there is no Redis, or for MQTT files that every process would refuse.
    """
    broker_port, redis_port, search_port = reserve(3)
    data_dir = settings.data_dir.resolve()
    broker = EmbeddedBroker(data_dir / "broker", port=broker_port)
    redis = EmbeddedRedis(data_dir / "redis", port=redis_port)
    addresses = {
        "page": settings.page_url,
        "broker": settings.mqtt_url or broker.url,
        "redis": settings.redis_url or redis.url,
        "search": f"http://127.0.0.1:{search_port}",
    }
    try:
        describe_broker(addresses["broker"], settings.mqtt_files)
    except ValueError as error:
        raise InputError(f"the MQTT broker: {error}") from None
    # These files have been read already; a variable and its file must not both be set.
    files = {PREFIX + name + SUFFIX for name in ("MQTT_URL", "REDIS_URL", "SEARCH_URL", "SOURCE")}
    environ = {name: value for name, value in os.environ.items() if name not in files} | {
        "LOOKALIKE_DATA_DIR": str(data_dir),
        "LOOKALIKE_MQTT_URL": addresses["broker"],
        "LOOKALIKE_REDIS_URL": addresses["redis"],
        "LOOKALIKE_SEARCH_URL": addresses["search"],
        "LOOKALIKE_SEARCH_PORT": str(search_port),
        "LOOKALIKE_SOURCE": settings.source,
        # ONNX Runtime would send usage data to its maker.
        "ORT_DISABLE_TELEMETRY": "1",
        # Log lines must appear as soon as they are written.
        "PYTHONUNBUFFERED": "1",
    }
    commands = [_python(name, 1) for name in ("search", "api")]
    edge = [sys.executable, "-m", "edge"]
    if settings.source not in ("none", "mqtt"):
        commands.append(Command("edge", 1, edge))
    # The edge for frames over MQTT, from browsers too; its model is loaded with the first one. It runs the
    # cameras that are added in the page, too: so there is an edge for them whatever LOOKALIKE_SOURCE is.
    name = _EDGE if os.environ.get("LOOKALIKE_THING") != _EDGE else f"{_EDGE}-2"
    own = {"LOOKALIKE_SOURCE": "mqtt", "LOOKALIKE_THING": name, "LOOKALIKE_EDGE_DATA": str(data_dir / "edge")}
    commands.append(Command("frames", 2, edge, own))
    if not settings.redis_url:
        commands.insert(0, Command("redis", 0, redis.command()))
    if not settings.mqtt_url:
        commands.insert(0, Command("broker", 0, broker.command()))
    return Plan(commands, environ, addresses)


def _python(name: str, stage: int) -> Command:
    return Command(name, stage, [sys.executable, "-m", f"services.{name}"])
