"""Secrets that a file holds instead of a variable, as containers have them: NAME_FILE is the file's path.

The edge has the same of its own, because it is deployed without this folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

# The fields of settings that may come so.
SECRETS = frozenset({"api_key", "mqtt_url", "redis_url", "source"})
SUFFIX = "_FILE"


def read_secrets(fields: Iterable[str], environ: Mapping[str, str], *, prefix: str) -> dict[str, str]:
    """Those of these fields that a file holds; raises ValueError, in which no content stands."""
    names = {field: prefix + field.upper() for field in fields if field in SECRETS}
    return {field: _read(name, environ) for field, name in names.items() if environ.get(name + SUFFIX)}


def _read(name: str, environ: Mapping[str, str]) -> str:
    variable = name + SUFFIX
    if environ.get(name):
        raise ValueError(f"{name} and {variable} are both set; expected one of them")
    path = Path(environ[variable])
    try:
        value = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        # What a decoder complains of it quotes.
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise ValueError(f"{variable}: {path} can't be read: {reason}") from None
    if not value:
        raise ValueError(f"{variable}: {path} is empty; expected the value of {name}")
    return value
