"""TLS trust of our own HTTP clients."""

from __future__ import annotations

import ssl
from urllib.parse import urlsplit

import httpx

from services.bootstrap.cert_pinning import believe, pinned
from services.bootstrap.defaults import LOOPBACK
from services.bootstrap.page_settings import TlsSettings
from services.core.errors import InputError


def trust(settings: TlsSettings, page: str) -> ssl.SSLContext | bool:
    """The check of the server at the page's address, by its certificate if this machine has it.

    On this machine, and from container to container, only that certificate is trusted, whatever name it is
    for: a given one is for the name that people use. Elsewhere it is trusted beside the usual authorities.
    Raises InputError.
    """
    if not settings.certificate.is_file():
        return True
    try:
        if _is_near(urlsplit(page).hostname or ""):
            return pinned(settings.certificate)
        context = httpx.create_ssl_context()
        believe(context, settings.certificate)
    except OSError as error:
        raise InputError(f"{settings.certificate} can't be read as a certificate: {error.strerror}") from None
    return context


def _is_near(host: str) -> bool:
    """Whether it is this machine, or a name without a domain, as containers have."""
    return host in LOOPBACK or not set(host) & set(".:")
