"""The certificate of broker and Redis, for deploy/compose/tls.yml, with the cryptography package.

It is signed by an authority whose key is deleted at once, so that trust in the authority is trust in this
certificate alone.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from deploy.compose.files import replace
from services.adapters.certificates import (
    alternatives,
    begin,
    common_name,
    is_good,
    key_usage,
    private_pem,
)

NAMES = ("broker", "redis", "localhost", "127.0.0.1")
# The system's file of trusted authorities, where every client finds them.
TRUSTED = ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"


def provide(folder: Path, *, give: Callable[[str, str, str], None]) -> None:
    """Make the certificate unless a valid one covers the names; `give` hands out its key."""
    names = [*NAMES, *filter(None, os.environ.get("TLS_NAMES", "").replace(",", " ").split())]
    shown, kept = folder / "tls", folder / "init" / "key.pem"
    certificate = shown / "cert.pem"
    if not (certificate.is_file() and kept.is_file()) or not is_good(
        certificate.read_bytes(), kept.read_bytes(), names
    ):
        shown.mkdir(mode=0o755, exist_ok=True)
        shown.chmod(0o755)
        authority, signed, key = make(names)
        replace(kept, key, mode=0o600)
        trusted = Path(TRUSTED).read_bytes() if Path(TRUSTED).is_file() else b""
        replace(shown / "ca.pem", authority, mode=0o644)
        # Clients that fetch pictures from the web trust the usual authorities too.
        replace(shown / "trusted.pem", trusted + authority, mode=0o644)
        replace(certificate, signed, mode=0o644)
    for service in ("broker", "redis"):
        give(service, "key.pem", kept.read_text())


def make(names: list[str]) -> tuple[bytes, bytes, bytes]:
    """An authority's certificate, one that it signed for these names, and the latter's key; in PEM."""
    signing, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer, subject = common_name("Lookalike containers' authority"), common_name("Lookalike containers")
    authority = (
        begin(issuer, issuer=issuer, key=signing.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage(signs=True), critical=True)
        .sign(signing, hashes.SHA256())
    )
    issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    signed = (
        begin(subject, issuer=issuer, key=key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(signs=False), critical=True)
        .add_extension(alternatives(dict.fromkeys(names)), critical=False)
        .add_extension(issued_by, critical=False)
        .sign(signing, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    return authority.public_bytes(pem), signed.public_bytes(pem), private_pem(key)
