"""The page's certificate: the given one, checked, or our own, made once."""

from __future__ import annotations

import logging
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from services.adapters import certificates
from services.bootstrap import lan_names
from services.bootstrap.defaults import ANY_ADDRESS, LOOPBACK
from services.bootstrap.page_settings import PageSettings
from services.bootstrap.stores import make_folder
from services.core.errors import InputError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tls:
    """The files of a certificate in PEM and of its key."""

    certificate: Path
    key: Path


def open_tls(settings: PageSettings) -> Tls | None:
    """The page's certificate and key, None for plain http; raises InputError for unusable files."""
    if not settings.https:
        return None
    tls = Tls(settings.certificate, settings.certificate_key)
    if settings.tls_cert is None:
        _make_own(tls, covered_names(settings))
    else:
        _check(tls)
    return tls


def covered_names(settings: PageSettings) -> list[str]:
    """The names and addresses under which people may open the page."""
    any_address = settings.host in ANY_ADDRESS
    own = lan_names.addresses(ipv6=settings.host == "::") if any_address else [settings.host]
    public = urlsplit(settings.public_url).hostname or LOOPBACK[0]
    return list(dict.fromkeys([*LOOPBACK, *lan_names.host_names(), *own, public]))


def _make_own(tls: Tls, names: list[str]) -> None:
    make_folder(tls.key.parent)
    tls.key.parent.chmod(0o700)
    if certificates.is_good(_bytes_of(tls.certificate), _bytes_of(tls.key), names):
        return
    certificate, key = certificates.make_certificate(names)
    # If the process ends between the two, they do not fit each other and the next start makes a new pair.
    _replace(tls.key, key, mode=0o600)
    _replace(tls.certificate, certificate, mode=0o644)
    log.info("made the certificate %s for %s", tls.certificate, ", ".join(names))


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


def _replace(path: Path, content: bytes, *, mode: int) -> None:
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=mode)
    unfinished.write_bytes(content)
    unfinished.replace(path)


def _check(tls: Tls) -> None:
    names = {"LOOKALIKE_TLS_CERT": tls.certificate, "LOOKALIKE_TLS_KEY": tls.key}
    for name, path in names.items():
        try:
            path.open("rb").close()
        except OSError as error:
            raise InputError(f"{name}: {path} can't be read: {error.strerror}") from None
    try:
        # An empty password, as OpenSSL would otherwise ask for an encrypted key's password at the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tls.certificate, tls.key, password="")
        ended = certificates.ended_at(tls.certificate.read_bytes())
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or "not in PEM"
        raise InputError(
            f"LOOKALIKE_TLS_CERT ({tls.certificate}) and LOOKALIKE_TLS_KEY ({tls.key}): "
            f"{reason.lower().replace('_', ' ')}; expected a certificate and its key in PEM, not encrypted"
        ) from None
    if ended is not None:
        raise InputError(f"LOOKALIKE_TLS_CERT: {tls.certificate} has run out on {ended:%Y-%m-%d}")
