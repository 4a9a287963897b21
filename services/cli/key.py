"""`lookalike key`: prints the API key."""

from __future__ import annotations

from services.bootstrap.settings import CliSettings, load
from services.cli.printed import say
from services.core.errors import InputError


def key() -> None:
    """Print the owner's API key, which the page asks for once in each browser. Others: `lookalike keys`."""
    told = load(CliSettings).api_key.get_secret_value()
    if not told:
        raise InputError("there is no API key: neither LOOKALIKE_API_KEY nor LOOKALIKE_API_KEY_FILE is set")
    say(told)
