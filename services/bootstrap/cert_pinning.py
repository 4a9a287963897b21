"""Believing one certificate; the standard library alone, for the check that runs every few seconds."""

from __future__ import annotations

import errno
import ssl
from pathlib import Path

_END = "-----END CERTIFICATE-----"


def pinned(certificate: Path) -> ssl.SSLContext:
    """Believes this very certificate and no other, whatever name it is for; raises OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    believe(context, certificate)
    return context


def believe(context: ssl.SSLContext, certificate: Path) -> None:
    """Make a context believe a certificate too, also where it is not an authority's; raises OSError.

    Of a file that holds a chain it is the first alone: the others are those of authorities.
    """
    first, end, _ = certificate.read_text(encoding="ascii", errors="ignore").partition(_END)
    if not end:
        raise OSError(errno.EINVAL, "no certificate in PEM")
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata=first + end)
