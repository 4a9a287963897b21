"""Keeps passwords of camera and broker addresses out of everything that is written or sent."""

import re

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)([^\s'\"<>]*)")


def redact(text: str) -> str:
    """Return `text` with user, password and query of every URL in it replaced by ***.

    A password may hold an unquoted @ or /, so all up to a URL's last @ goes: too much rather than too little.
    """
    return _URL.sub(_hide, text)


def _hide(url: re.Match[str]) -> str:
    scheme, rest = url.groups()
    if "@" in rest:
        rest = "***@" + rest.rpartition("@")[2]
    # Cheap cameras take their password as a parameter, under many names.
    address, question, _ = rest.partition("?")
    return scheme + address + ("?***" if question else "")
