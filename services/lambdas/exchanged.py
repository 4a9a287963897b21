"""The names of the files that the api function and the import function exchange.

S3 tells the import function of each object under `work/`.
"""

from __future__ import annotations

import re

WORK = "work/"
# The largest body that comes through: 6 MB of JSON with the body in base64, less the rest of the event.
MOST_BYTES = 4_400_000
_TOKEN = re.compile(r"[0-9a-f]{32}")


def is_token(text: str) -> bool:
    """Whether a text can be the token of an upload."""
    return _TOKEN.fullmatch(text) is not None


def archive(token: str) -> str:
    """An uploaded archive, to be imported."""
    return f"{WORK}{token}.zip"


def picture(token: str) -> str:
    """An uploaded picture."""
    return f"pictures/{token}"


def result(token: str) -> str:
    """What became of an import."""
    return f"results/{token}.json"


def journal(token: str) -> str:
    """What an import that is under way has kept."""
    return f"results/{token}.journal"


def export_name(cursor: int, model: str | None) -> str:
    """The name of an export of the catalogue as it is at a change."""
    return f"{cursor}-{model or 'empty'}"


def export_request(name: str) -> str:
    """The wish for an export."""
    return f"{WORK}{name}.export"


def export(name: str) -> str:
    """The archive of an export."""
    return f"exports/{name}.zip"
