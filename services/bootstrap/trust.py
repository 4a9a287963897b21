"""Whom our own clients of the page believe."""

from __future__ import annotations

import ssl

import httpx

from services.bootstrap.page import TlsSettings
from services.bootstrap.pin import believe
from services.core.domain import InputError


def as_usual_and_own(settings: TlsSettings) -> ssl.SSLContext | bool:
    """Believes what every client does, and the certificate of the system that runs on the data folder.

    Raises InputError.
    """
    if not settings.certificate.is_file():
        return True
    context = httpx.create_ssl_context()
    try:
        believe(context, settings.certificate)
    except OSError as error:
        raise InputError(f"{settings.certificate} can't be read as a certificate: {error.strerror}") from None
    return context
