"""Trust in one certificate; standard library only, for the health check that runs every few seconds."""

from __future__ import annotations

import errno
import ssl
from pathlib import Path

_END = "-----END CERTIFICATE-----"


def pinned(certificate: Path) -> ssl.SSLContext:
    """A context that trusts this one certificate, whatever name it is issued for; raises OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    believe(context, certificate)
    return context


def believe(context: ssl.SSLContext, certificate: Path) -> None:
    """Add a certificate to those that a context trusts, an authority's or not; raises OSError.

    Of a chain only the first certificate is added: the others are the authorities'.
    """
    first, end, _ = certificate.read_text(encoding="ascii", errors="ignore").partition(_END)
    if not end:
        raise OSError(errno.EINVAL, "no certificate in PEM")
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata=first + end)
