"""The text that is printed when the page answers."""

from __future__ import annotations

from urllib.parse import urlsplit

from services.bootstrap import lan_names
from services.bootstrap.defaults import ANY_ADDRESS, LOOPBACK
from services.bootstrap.settings import RunSettings


def welcome(settings: RunSettings, *, loads_samples: bool = False) -> str:
    """The page's address, the way to open it on a phone, and that the samples are still being loaded."""
    lines = ["", f"Lookalike is at {settings.page_url}  (Ctrl-C stops it)"]
    if settings.host not in LOOPBACK:
        lines += _for_phones(settings)
    if settings.https and settings.tls_cert is None:
        lines.append("The browser will warn once, because the certificate is this machine's own.")
    if loads_samples:
        lines.append("The samples are being loaded (half a minute to two); the page shows how far it is.")
    return "\n  ".join(lines) + "\n"


def _for_phones(settings: RunSettings) -> list[str]:
    address = settings.public_url or settings.url_at(_host_in_the_network(settings.host))
    lines = [f"A phone in this network opens {address}"]
    if urlsplit(address).scheme == "http":
        lines.append("Browsers lend their camera to https alone: `make run TLS=1`.")
    return lines


def _host_in_the_network(host: str) -> str:
    if host not in ANY_ADDRESS:
        return host
    found = lan_names.addresses(ipv6=host == "::") or lan_names.host_names()[-1:]
    return (found or [ANY_ADDRESS[host]])[0]
