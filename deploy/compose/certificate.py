"""The certificate of broker and Redis, for deploy/compose/tls.yml, with the cryptography package.

An authority signs it, whose key is forgotten at once: whoever trusts the authority trusts this certificate
alone.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.adapters.certificates import VALID_DAYS, is_good

NAMES = ("broker", "redis", "localhost", "127.0.0.1")
# As every client finds the authorities that it trusts.
TRUSTED = ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"


def provide(folder: Path, *, give: Callable[[str, str, str], None]) -> None:
    """Make the certificate if there is none that covers the names for a while; `give` hands out its key."""
    names = [*NAMES, *filter(None, os.environ.get("TLS_NAMES", "").replace(",", " ").split())]
    shown, kept = folder / "tls", folder / "init" / "key.pem"
    certificate = shown / "cert.pem"
    if not (certificate.is_file() and kept.is_file()) or not is_good(
        certificate.read_bytes(), kept.read_bytes(), names
    ):
        shown.mkdir(mode=0o755, exist_ok=True)
        shown.chmod(0o755)
        authority, signed, key = make(names)
        _write(kept, key, mode=0o600)
        trusted = Path(TRUSTED).read_bytes() if Path(TRUSTED).is_file() else b""
        _write(shown / "ca.pem", authority, mode=0o644)
        # Those who fetch pictures from the web trust the usual authorities too.
        _write(shown / "trusted.pem", trusted + authority, mode=0o644)
        _write(certificate, signed, mode=0o644)
    for service in ("broker", "redis"):
        give(service, "key.pem", kept.read_text())


def make(names: list[str]) -> tuple[bytes, bytes, bytes]:
    """An authority's certificate, one that it signed for these names, and the latter's key; all in PEM."""
    signing, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer, subject = _name("Lookalike containers' authority"), _name("Lookalike containers")
    alternatives = x509.SubjectAlternativeName(map(_alternative, dict.fromkeys(names)))
    authority = (
        _builder(issuer, issuer, signing.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .sign(signing, hashes.SHA256())
    )
    issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    signed = (
        _builder(subject, issuer, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(alternatives, critical=False)
        .add_extension(issued_by, critical=False)
        .sign(signing, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return authority.public_bytes(pem), signed.public_bytes(pem), private


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    begins = datetime.now(UTC) - timedelta(hours=1)  # a camera's clock may be behind
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write(path: Path, content: bytes, *, mode: int) -> None:
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_bytes(content)
    unfinished.chmod(mode)
    unfinished.replace(path)
