"""The address of an MQTT broker, as LOOKALIKE_MQTT_URL holds it."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

_PORTS = {"mqtt": 1883, "mqtts": 8883}
_EXPECTED = "expected mqtt[s]://[user:password@]host[:port]"
# A host by name or number, or an IPv6 address in brackets.
_PLACE = re.compile(r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<name>[^\s/?#@:\[\]%]+))(?::(?P<port>\d{1,5}))?/?")
# A part of a login: any characters but those that end it, and % only before two hex digits.
_LOGIN = re.compile(r"(?:[^@/?#\[\]%\x00-\x1f\x7f]|%[0-9A-Fa-f]{2})*")
_QUOTE = "in user and password, @ / ? # [ ] and % have to be percent-encoded: %40 %2F %3F %23 %5B %5D and %25"


@dataclass(frozen=True, slots=True)
class MqttAddress:
    """A broker's host, port and login; its text is the host and port alone."""

    host: str
    port: int
    tls: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_mqtt_address(url: str) -> MqttAddress:
    """Read mqtt[s]://[user:password@]host[:port]; ValueError, without any of it, for another text.

    User and password are percent-decoded.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.lower() not in _PORTS:
        raise ValueError(_EXPECTED)
    scheme = scheme.lower()
    login, at, place = rest.rpartition("@")
    host, port = _host_and_port(place, _PORTS[scheme])
    if not at:
        return MqttAddress(host, port, scheme == "mqtts")
    user, colon, password = login.partition(":")
    if not user:
        raise ValueError(f"{_EXPECTED}, with a user before the password")
    decoded = _decoded(user), _decoded(password) if colon else None
    return MqttAddress(host, port, scheme == "mqtts", *decoded)


def _host_and_port(place: str, default_port: int) -> tuple[str, int]:
    found = _PLACE.fullmatch(place)
    if found is None:
        # An unquoted password may be here, whole or in part.
        wrong = set("/?#%") & set(place.rstrip("/"))
        raise ValueError(f"{_EXPECTED}; {_QUOTE}" if wrong else _EXPECTED)
    host, port = found["ipv6"] or found["name"], int(found["port"] or default_port)
    try:
        host.encode("idna")  # an impossible name would end the connecting thread
    except UnicodeError:
        raise ValueError(_EXPECTED) from None
    if not 1 <= port <= 65535:
        raise ValueError(f"{_EXPECTED}, the port from 1 to 65535")
    return host, port


def _decoded(part: str) -> str:
    if _LOGIN.fullmatch(part) is None:
        raise ValueError(f"{_EXPECTED}; {_QUOTE}")
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError:
        raise ValueError(f"{_EXPECTED}; the percent-encoding of user or password is not UTF-8") from None
