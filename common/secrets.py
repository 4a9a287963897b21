"""Secrets in files instead of variables, as in containers: NAME_FILE is the file's path."""

import os
from collections.abc import Iterable
from pathlib import Path

# The settings that a file may hold.
SECRETS = frozenset(
    {
        "api_key",
        "api_url",
        "device_mqtt_url",
        "mqtt_url",
        "origin_key",
        "redis_url",
        "search_url",
        "source",
        "webhook_secret",
        "webhook_url",
        "webhooks",
    }
)
SUFFIX = "_FILE"


def is_set(name: str) -> bool:
    """Whether a variable has a value, directly or in a file."""
    return bool(os.environ.get(name) or os.environ.get(name + SUFFIX))


def read_secrets(fields: Iterable[str], *, prefix: str) -> dict[str, str]:
    """The values of the settings that are in files; raises ValueError, which quotes no content."""
    names = {field: prefix + field.upper() for field in fields if field in SECRETS}
    return {field: _read(name) for field, name in names.items() if os.environ.get(name + SUFFIX)}


def _read(name: str) -> str:
    variable = name + SUFFIX
    if os.environ.get(name):
        raise ValueError(f"{name} and {variable} are both set; expected one of them")
    path = Path(os.environ[variable])
    try:
        value = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        # A decoder's own message would quote the content.
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise ValueError(f"{variable}: {path} can't be read: {reason}") from None
    if not value:
        raise ValueError(f"{variable}: {path} is empty; expected the value of {name}")
    return value
