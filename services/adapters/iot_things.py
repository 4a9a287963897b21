"""Cameras in AWS IoT's registry, each with a certificate for a key that stays here; with boto3's client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.core.errors import InputError, UnavailableError


class IotThings:
    """The things whose certificates have one policy; every call may raise UnavailableError."""

    def __init__(self, client: Any, policy: str) -> None:
        """`client` is botocore's for iot."""
        self._client, self._policy = client, policy

    def add(self, name: str) -> tuple[bytes, bytes]:
        """Register a thing; gives its certificate and its key in PEM, the key for the only time.

        Raises InputError if the thing has a certificate already.
        """
        with _told():
            if self._certificates(name):
                told = f"`lookalike aws things remove {name}` takes it away"
                raise InputError(f"thing {name} has a certificate already; {told}")
            key = ec.generate_private_key(ec.SECP256R1())
            self._client.create_thing(thingName=name)
            made = self._client.create_certificate_from_csr(
                certificateSigningRequest=_request(name, key), setAsActive=True
            )
            self._client.attach_policy(policyName=self._policy, target=made["certificateArn"])
            # Nobody else's: then AWS knows the thing of a connection by the certificate.
            self._client.attach_thing_principal(
                thingName=name, principal=made["certificateArn"], thingPrincipalType="EXCLUSIVE_THING"
            )
        return made["certificatePem"].encode(), _private_pem(key)

    def remove(self, name: str) -> int:
        """Remove a thing and its certificates, so that nobody connects with them; gives their number.

        Raises InputError.
        """
        with _told():
            try:
                self._client.describe_thing(thingName=name)
            except self._client.exceptions.ResourceNotFoundException:
                raise InputError(f"there is no thing {name} in this region") from None
            found = self._certificates(name)
            for certificate in found:
                self._remove_certificate(name, certificate)
            self._client.delete_thing(thingName=name)
        return len(found)

    def names(self) -> list[str]:
        """The names of all things."""
        with _told():
            certificates = self._client.list_targets_for_policy(policyName=self._policy)["targets"]
            return sorted(
                name
                for each in certificates
                for name in self._client.list_principal_things(principal=each)["things"]
            )

    def _certificates(self, name: str) -> list[str]:
        try:
            return list(self._client.list_thing_principals(thingName=name)["principals"])
        except self._client.exceptions.ResourceNotFoundException:
            return []

    def _remove_certificate(self, name: str, certificate: str) -> None:
        number = certificate.rpartition("/")[2]
        # First of all, so that it is worth nothing whatever comes.
        self._client.update_certificate(certificateId=number, newStatus="INACTIVE")
        self._client.detach_policy(policyName=self._policy, target=certificate)
        self._client.detach_thing_principal(thingName=name, principal=certificate)
        self._client.delete_certificate(certificateId=number, forceDelete=True)


@contextmanager
def _told() -> Iterator[None]:
    """Raise UnavailableError for what AWS refuses."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise UnavailableError(f"AWS IoT: {error}") from error


def _request(name: str, key: ec.EllipticCurvePrivateKey) -> str:
    """A request for a certificate, in PEM; the key itself is not in it."""
    # An X.509 name has at most 64 characters.
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    made = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
