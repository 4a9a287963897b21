"""Mosquitto's files: its configuration, the users' hashed passwords, and their rights."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from services.core.cameras.replies import TOKENS

# Number of rounds of PBKDF2, as in mosquitto_passwd; the passwords are 24 random bytes, beyond guessing.
ITERATIONS = 101
CONFIGURATION, ACCESS = (Path(__file__).with_name(f"mosquitto.{suffix}") for suffix in ("conf", "acl"))
# Topics of a camera's messages to Home Assistant, edge/link/home_assistant.py.
DISCOVERY = (
    "homeassistant/sensor/lookalike_{thing}/match/config",
    "homeassistant/binary_sensor/lookalike_{thing}/connection/config",
    "homeassistant/sensor/lookalike_{thing}/fps/config",
)
PLAIN = "listener 1883\n"
TLS = "listener 8883\ncertfile /secrets/tls/cert.pem\nkeyfile /secrets/broker/key.pem\n"


def configuration(*, tls: bool) -> str:
    """The lines of mosquitto.conf, beginning with its listener."""
    return (TLS if tls else PLAIN) + CONFIGURATION.read_text(encoding="utf-8")


def password_file(users: Mapping[str, str]) -> str:
    """The lines of a password_file."""
    return "".join(f"{user}:{_hashed(password)}\n" for user, password in sorted(users.items()))


def access_list(things: Iterable[str]) -> str:
    """The lines of an acl_file: the fixed ones, and each camera's topics of Home Assistant's discovery.

    `%u` can only be a whole level of a topic, and there the name is a part of one.
    """
    replies = "\n".join(f"pattern write lookalike/%u/reply/{token}" for token in TOKENS)
    own = "".join(
        f"\nuser {thing}\n" + "".join(f"topic write {name.format(thing=thing)}\n" for name in DISCOVERY)
        for thing in sorted(things)
    )
    return ACCESS.read_text(encoding="utf-8").replace("@replies", replies) + own


def _hashed(password: str) -> str:
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"
