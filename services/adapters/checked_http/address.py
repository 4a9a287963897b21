"""Addresses that other people wrote: read strictly, and shown without what may be secret."""

from __future__ import annotations

import base64
import re

import httpcore
import httpx

from services.core.errors import InputError

# Signs that no host's name has, blanks among them, which httpx writes as %20; and an empty part of a name.
_NO_HOST = re.compile(r"[\s%<>\\^`{|}\x00-\x1f\x7f]|^\.|\.\.")


def parse(address: str, *, base: httpx.URL | None = None) -> httpx.URL:
    """An http or https address, which may be one relative to `base`; raises InputError."""
    try:
        url = httpx.URL(address) if base is None else base.join(address)
        url = url.copy_with(fragment=None)
        # A name in punycode is decoded only now, and may be none.
        host, port, shown = url.host, url.port, shown_of(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise InputError(f"an address that can't be read: {printable(error)}") from None
    if url.scheme not in ("http", "https") or not host:
        raise InputError(f"{shown} is not an http or https address")
    if _NO_HOST.search(host):
        raise InputError(f"{shown} has no host's name")
    if port is not None and not 1 <= port <= 65535:  # the system would take the rest of a division
        raise InputError(f"{shown} has port {port}; expected 1 to 65535")
    return url


def printable(error: Exception) -> str:
    """An error's text, of printable characters alone."""
    return ascii(str(error)[:200])[1:-1]


def shown_of(url: httpx.URL) -> str:
    """The address without the parts that may be secret: user, password and query."""
    shown = str(url.copy_with(userinfo=b"", query=None, fragment=None))
    return shown[:200] + ("?…" if url.query else "")


def target_of(url: httpx.URL) -> httpcore.URL:
    """The address in the form that httpcore takes."""
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path or b"/")


def login_headers(url: httpx.URL) -> list[tuple[bytes, bytes]]:
    """The header of the address's user and password, if it has them."""
    if not url.username and not url.password:
        return []
    login = base64.b64encode(f"{url.username}:{url.password}".encode())
    return [(b"Authorization", b"Basic " + login)]
