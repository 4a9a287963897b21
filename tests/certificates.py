"""Certificates and their keys, made for one test: authorities, servers and clients."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class CertificateFiles:
    """Two PEM files."""

    certificate: Path
    key: Path


class Authority:
    """An authority that signs certificates for 127.0.0.1."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder, self._name, self._key = folder, _named(name), ec.generate_private_key(ec.SECP256R1())
        self.certificate = folder / f"{name}.pem"
        """The file that trusts all that it signs."""
        own = self._unsigned(self._name, self._key.public_key(), ca=True, days=30)
        self.certificate.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))

    def sign(self, name: str, *, days: int = 30) -> CertificateFiles:
        """Files of a new certificate; with fewer than 0 days it has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        files = CertificateFiles(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        made = self._unsigned(_named(name), key.public_key(), ca=False, days=days)
        files.certificate.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM))
        files.key.write_bytes(_pem(key, NoEncryption()))
        (self._folder / f"{name}.encrypted").write_bytes(_pem(key, BestAvailableEncryption(b"a-secret")))
        return files

    def _unsigned(
        self, name: x509.Name, key: ec.EllipticCurvePublicKey, *, ca: bool, days: int
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        host = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=60))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([host]), critical=False)
        )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(key: ec.EllipticCurvePrivateKey, encryption: KeySerializationEncryption) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
