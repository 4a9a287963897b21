"""The address of a network camera, with any unquoted characters in its password."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from common.redaction import redact_url

PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
TLS_SCHEMES = frozenset({"rtsps", "https"})
_HOST = r"(?P<host>[\w.-]+|\[[\da-fA-F:.]+\])(?::(?P<port>\d{1,5}))?(?P<rest>(?:[/?#].*)?)"
_STANDARD = re.compile(rf"(?:(?P<login>[^@/?#]*)@)?{_HOST}")
_LOOSE = re.compile(rf"(?P<login>.*)@{_HOST}")
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Address:
    """A network camera's address: `url` for the library, `name` for people, without any password."""

    scheme: str
    host: str
    port: int
    has_login: bool
    url: str
    name: str

    @property
    def login(self) -> tuple[str, str]:
        """User and password, unquoted; empty ones if there are none."""
        parts = urlsplit(self.url)
        return unquote(parts.username or ""), unquote(parts.password or "")


def parse_address(text: str) -> Address:
    """Read scheme://[user:password@]host[:port][/path]; ValueError, without the password, for another text.

    A user and password may hold @ : / ? # unquoted, and a % that two hex digits do not follow.
    """
    scheme, _, rest = text.partition("://")
    scheme = scheme.lower()
    found = _STANDARD.fullmatch(rest) or _LOOSE.fullmatch(rest)
    port = int((found and found["port"]) or PORTS[scheme])
    if found is None or not 0 < port < 65536:
        expected = f"{scheme}://[user:password@]host[:port]/path"
        raise ValueError(f"no address of a camera: {redact_url(text)}; expected {expected}")
    login = found["login"]
    host = f"{found['host']}:{port}"
    path = found["rest"].replace(" ", "%20")
    return Address(
        scheme=scheme,
        host=found["host"].strip("[]"),
        port=port,
        has_login=bool(login),
        url=f"{scheme}://{_quoted(login)}@{host}{path}" if login else f"{scheme}://{host}{path}",
        name=redact_url(text),
    )


def _quoted(login: str) -> str:
    return ":".join(quote(_BARE_PERCENT.sub("%25", part), safe="%") for part in login.split(":", 1))
