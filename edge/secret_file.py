"""A secret that a file holds instead of a variable, as containers have it: NAME_FILE is the file's path.

As services/bootstrap/secret_files.py, without which the edge is deployed.
"""

import os
from pathlib import Path


def is_set(name: str) -> bool:
    """Whether a variable has a value, be it in a file."""
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


def read_secret(name: str) -> str | None:
    """The value that NAME_FILE's file holds, None without one; ValueError, in which no content stands."""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return None
    if os.environ.get(name):
        raise ValueError(f"{name} and {name}_FILE are both set; expected one of them")
    try:
        value = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        # What a decoder complains of it quotes.
        reason = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise ValueError(f"{name}_FILE: {path} can't be read: {reason}") from None
    if not value:
        raise ValueError(f"{name}_FILE: {path} is empty; expected the value of {name}")
    return value
