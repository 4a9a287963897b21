"""Addresses of services, which may hold a password: one parser, whose errors repeat nothing of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

# A host by name or number, or an IPv6 address in brackets.
_HOST = r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<name>[^\s/?#@:\[\]%]+))(?::(?P<port>\d{1,5}))?"
# A part of a login: any characters but those that end it, and % only before two hex digits.
_LOGIN = re.compile(r"(?:[^@/?#\[\]%\x00-\x1f\x7f]|%[0-9A-Fa-f]{2})*")
_QUOTE = "in user and password, @ / ? # [ ] and % have to be percent-encoded: %40 %2F %3F %23 %5B %5D and %25"
NO_PATH = "/?"


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """The parts of an address, user and password decoded; its text is the host and port alone.

    `rest` begins with the path.
    """

    scheme: str
    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    rest: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_service_address(
    url: str, ports: Mapping[str, int], *, expected: str, rest: str = NO_PATH
) -> ServiceAddress:
    """Read scheme://[user:password@]host[:port] and what matches the pattern `rest`.

    `ports` are the schemes with their usual ports. Raises ValueError, with `expected` and nothing of the
    address, for another text.
    """
    scheme, separator, behind = url.partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in ports:
        raise ValueError(expected)
    # The last @, so that an unquoted one in a password is refused and not taken for the login's end.
    login, at, place = behind.rpartition("@")
    found = re.fullmatch(f"{_HOST}(?P<rest>{rest})", place)
    if found is None:
        # An unquoted password may be here, whole or in part.
        wrong = set("/?#%") & set(place.rstrip("/"))
        raise ValueError(f"{expected}; {_QUOTE}" if wrong else expected)
    host, port = found["ipv6"] or found["name"], int(found["port"] or ports[scheme])
    try:
        host.encode("idna")  # an impossible name would end the connecting thread
    except UnicodeError:
        raise ValueError(expected) from None
    if not 1 <= port <= 65535:
        raise ValueError(f"{expected}, the port from 1 to 65535")
    user, colon, password = login.partition(":")
    return ServiceAddress(
        scheme,
        host,
        port,
        user=decoded(user, expected=expected) if at else None,
        password=decoded(password, expected=expected) if colon else None,
        rest=found["rest"],
    )


def decoded(part: str, *, expected: str) -> str:
    """A user or password, percent-decoded; ValueError for one that is not encoded."""
    if _LOGIN.fullmatch(part) is None:
        raise ValueError(f"{expected}; {_QUOTE}")
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError:
        raise ValueError(f"{expected}; the percent-encoding of user or password is not UTF-8") from None
