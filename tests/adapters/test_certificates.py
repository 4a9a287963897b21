"""Certificates of our own: their content, and when they are no longer valid."""

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from services.adapters.certificates import RENEW_DAYS, VALID_DAYS, ended_at, is_good, make_certificate
from services.core.errors import InputError

NAMES = ["localhost", "127.0.0.1", "::1", "bücher.example"]
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def test_it_is_for_these_names_and_addresses_alone_and_no_authority() -> None:
    certificate = x509.load_pem_x509_certificate(make_certificate(NAMES)[0])
    extensions = certificate.extensions
    names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "xn--bcher-kva.example"]
    addresses = [ipaddress.ip_address(address) for address in ("127.0.0.1", "::1")]
    assert names.get_values_for_type(x509.IPAddress) == addresses
    assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == "secp256r1"


def test_it_is_valid_at_once_for_no_longer_than_phones_take_and_each_is_another() -> None:
    made = [x509.load_pem_x509_certificate(make_certificate(NAMES)[0]) for _ in range(2)]
    assert made[0].serial_number != made[1].serial_number
    assert made[0].not_valid_before_utc < datetime.now(UTC)
    assert made[0].not_valid_after_utc - made[0].not_valid_before_utc <= timedelta(days=825)


def test_it_is_good_until_some_weeks_before_its_end() -> None:
    certificate, key = make_certificate(NAMES, now=NOW)
    last = NOW + timedelta(days=VALID_DAYS - RENEW_DAYS)
    assert is_good(certificate, key, NAMES, now=last - timedelta(days=1))
    assert not is_good(certificate, key, NAMES, now=last)
    end = NOW + timedelta(days=VALID_DAYS)
    assert ended_at(certificate, now=end - timedelta(days=1)) is None
    assert ended_at(certificate, now=end) is not None


@pytest.mark.parametrize(
    ("names", "good"),
    [([], True), (["localhost"], True), (NAMES[::-1], True), ([*NAMES, "vm"], False), (["127.0.0.2"], False)],
)
def test_it_is_good_for_fewer_names_and_not_for_more(names: list[str], good: bool) -> None:
    certificate, key = make_certificate(NAMES)
    assert is_good(certificate, key, names) == good


def test_it_is_no_good_with_another_key_or_damaged() -> None:
    (certificate, key), (_, other) = make_certificate(NAMES), make_certificate(NAMES)
    pairs = [(certificate, other), (b"", b""), (certificate, b""), (b"", key), (certificate[:200], key)]
    assert [is_good(*pair, NAMES) for pair in [(certificate, key), *pairs]] == [True] + [False] * 5


@pytest.mark.parametrize("name", ["a..b", "x" * 64])
def test_a_name_that_can_be_none_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="no host name"):
        make_certificate([name])
