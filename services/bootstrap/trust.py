"""Whom our own clients of the page believe."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx

from services.bootstrap.page import TlsSettings
from services.core.domain import InputError


def pinned(certificate: Path) -> ssl.SSLContext:
    """Believes this very certificate and no other, whatever name it is for; raises InputError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    _believe(context, certificate)
    return context


def as_usual_and_own(settings: TlsSettings) -> ssl.SSLContext | bool:
    """Believes what every client does, and the certificate of the system that runs on the data folder.

    Raises InputError.
    """
    if not settings.certificate.is_file():
        return True
    context = httpx.create_ssl_context()
    _believe(context, settings.certificate)
    return context


def _believe(context: ssl.SSLContext, certificate: Path) -> None:
    # Itself, also where it is not an authority's.
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    try:
        context.load_verify_locations(certificate)
    except OSError as error:
        raise InputError(f"{certificate} can't be read as a certificate: {error.strerror}") from None
