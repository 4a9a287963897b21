"""Believing one certificate; the standard library alone, for the check that runs every few seconds."""

from __future__ import annotations

import ssl
from pathlib import Path


def pinned(certificate: Path) -> ssl.SSLContext:
    """Believes this very certificate and no other, whatever name it is for; raises OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    believe(context, certificate)
    return context


def believe(context: ssl.SSLContext, certificate: Path) -> None:
    """Make a context believe a certificate too, also where it is not an authority's; raises OSError."""
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(certificate)
