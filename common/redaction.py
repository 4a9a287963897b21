"""Redaction of passwords in addresses of cameras and brokers, wherever these are written or sent."""

import re

_SCHEME = r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)"
# Text of the form user:password, as opposed to host:port.
_LOGIN_AHEAD = r"(?=[^\s@/?#\[:]*:(?!\d{1,5}(?:[/?#\s'\"<>),;]|[.:]?(?:\s|$))))"
# A password may hold an unquoted @ or /, so everything up to a URL's last @ is masked.
# A password with a space is masked too, if the beginning shows that it is a login.
_URL = re.compile(rf"{_SCHEME}(?P<rest>(?:{_LOGIN_AHEAD}(?:(?!://)[^\n])*@)?[^\s'\"<>]*)")
_CUT = re.compile(rf"^{_LOGIN_AHEAD}.*", re.DOTALL)
_PARAMETERS = re.compile(r"[^/]*=[^/]*")


def redact(text: str) -> str:
    """Return `text` with user, password and parameters of every URL in it replaced by ***."""
    return _URL.sub(lambda url: url["scheme"] + _hide(url["rest"]), text)


def redact_url(url: str) -> str:
    """Return `url`, all of which is one URL, with user, password and parameters replaced by ***."""
    scheme, separator, rest = url.partition("://")
    return scheme + separator + _hide(rest)


def _hide(rest: str) -> str:
    if "@" in rest:
        login, rest = "***@", rest.rpartition("@")[2]
    else:  # or its end with the @ was cut off
        login, rest = "", _CUT.sub("***", rest)
    # Cheap cameras take their password as a parameter, under many names, some of them in the path.
    address, question, _ = rest.partition("?")
    host, slash, path = address.partition("/")
    return login + host + slash + _PARAMETERS.sub("***", path) + ("?***" if question else "")
