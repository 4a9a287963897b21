"""Certificates of our own, with the cryptography package."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from services.core.errors import InputError

# Phones refuse a certificate that is valid for longer.
VALID_DAYS = 825
# A certificate is renewed this long before it ends, so that a running system does not lose its trust.
RENEW_DAYS = 30
# A phone's clock, or a camera's, may be behind ours.
_BACKDATED = timedelta(hours=1)


def make_certificate(names: Iterable[str], *, now: datetime | None = None) -> tuple[bytes, bytes]:
    """A certificate for these host names and addresses, signed by its own key, and that key; both in PEM.

    Raises InputError for a name that can't be one.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = common_name("Lookalike")
    certificate = (
        begin(subject, issuer=subject, key=key.public_key(), now=now)
        .add_extension(alternatives(names), critical=False)
        # Trusted as this page's certificate only: it cannot sign others.
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM), private_pem(key)


def begin(
    subject: x509.Name, *, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime | None = None
) -> x509.CertificateBuilder:
    """A builder of a certificate of this key, valid for VALID_DAYS; its purpose is still missing."""
    begins = (now or datetime.now(UTC)) - _BACKDATED
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


def key_usage(*, signs: bool) -> x509.KeyUsage:
    """The key usage of an authority, which signs certificates, or of a server."""
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


def common_name(name: str) -> x509.Name:
    """A common name, as a subject or an issuer has it."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def alternatives(names: Iterable[str]) -> x509.SubjectAlternativeName:
    """The host names and addresses that a certificate is for; raises InputError for an impossible one."""
    return x509.SubjectAlternativeName(map(_general_name, names))


def private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The key in PEM, not encrypted."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def is_good(certificate: bytes, key: bytes, names: Iterable[str], *, now: datetime | None = None) -> bool:
    """Whether a certificate of ours goes with its key, covers these names, and does so for a while."""
    try:
        read = x509.load_pem_x509_certificate(certificate)
        public = serialization.load_pem_private_key(key, password=None).public_key()
        covered = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, TypeError, x509.ExtensionNotFound):
        return False
    lasts = read.not_valid_after_utc - (now or datetime.now(UTC)) > timedelta(days=RENEW_DAYS)
    return lasts and read.public_key() == public and set(map(_general_name, names)) <= set(covered)


def ended_at(certificate: bytes, *, now: datetime | None = None) -> datetime | None:
    """The time at which a certificate ran out, None if it has not; raises ValueError if it is none."""
    ends = x509.load_pem_x509_certificate(certificate).not_valid_after_utc
    return ends if ends <= (now or datetime.now(UTC)) else None


def _general_name(name: str) -> x509.GeneralName:
    with contextlib.suppress(ValueError):
        # A link-local address may name its interface, which a certificate cannot.
        return x509.IPAddress(ipaddress.ip_address(name.partition("%")[0]))
    try:
        return x509.DNSName(name.encode("idna").decode())
    except ValueError:
        raise InputError(f"{name[:80]!a} is no host name that a certificate could hold") from None
