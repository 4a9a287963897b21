"""TLS trust of the command line: the known certificate nearby, public authorities elsewhere."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import pytest

from deploy.compose.certificate import make
from services.bootstrap.client_tls import trust
from services.bootstrap.settings import CliSettings


@pytest.fixture
def shop(tmp_path: Path) -> CliSettings:
    """Settings with a certificate for the shop's public name, followed by its authority's."""
    authority, signed, key = make(["shop.example"])
    (tmp_path / "cert.pem").write_bytes(signed + authority)
    (tmp_path / "key.pem").write_bytes(key)
    return CliSettings(tls_cert=tmp_path / "cert.pem", tls_key=tmp_path / "key.pem")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "api", "shop.example"])
def test_the_certificate_is_trusted_nearby_under_any_name_and_elsewhere_under_its_own(
    shop: CliSettings, host: str
) -> None:
    shake_hands(shop, host, shop.certificate, shop.certificate_key)


@pytest.mark.parametrize("host", ["192.168.1.5", "2001:db8::1", "other.example"])
def test_elsewhere_it_is_not_trusted_under_another_name(shop: CliSettings, host: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        shake_hands(shop, host, shop.certificate, shop.certificate_key)


def test_nearby_no_other_certificate_is_trusted_not_even_of_the_same_authority(
    shop: CliSettings, tmp_path: Path
) -> None:
    authority, signed, key = make(["api"])
    (tmp_path / "other.pem").write_bytes(signed)
    (tmp_path / "other-key.pem").write_bytes(key)
    with shop.certificate.open("ab") as file:
        file.write(authority)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(shop, "api", tmp_path / "other.pem", tmp_path / "other-key.pem")


def shake_hands(settings: CliSettings, host: str, certificate: Path, key: Path) -> None:
    """Connect as the command line does to a server with this certificate; raises if it is refused."""
    context = trust(settings, f"https://{f'[{host}]' if ':' in host else host}:8080")
    assert isinstance(context, ssl.SSLContext)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    ours, theirs = socket.socketpair()

    def serve() -> None:
        try:
            server.wrap_socket(theirs, server_side=True).close()
        except OSError:  # the client's refusal
            theirs.close()

    serving = threading.Thread(target=serve)
    serving.start()
    try:
        with ours:
            context.wrap_socket(ours, server_hostname=host).close()
    finally:
        serving.join()
