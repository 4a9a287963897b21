"""Public addresses told from private ones, and the parts of an S3 address."""

import pytest

from services.core.errors import InputError
from services.core.importing.public_ip import is_public
from services.core.importing.s3_address import split_s3


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:4700::1111", True),
        ("64:ff9b::5db8:d822", True),
        ("::ffff:93.184.216.34", True),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("192.0.0.192", False),
        ("192.0.0.9", False),
        ("168.63.129.16", False),
        ("168.63.129.17", True),
        ("::ffff:168.63.129.16", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::7f00:1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b:1::1", False),
        ("2002:7f00:1::", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("fd00:ec2::254", False),
        ("ff02::1", False),
    ],
)
def test_addresses_are_public_or_not_in_whatever_form(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("s3://shop", ("shop", "")),
        ("s3://shop/", ("shop", "")),
        ("s3://shop/a b/ü.jpg", ("shop", "a b/ü.jpg")),
    ],
)
def test_an_address_in_s3_has_a_bucket_and_a_key(address: str, parts: tuple[str, str]) -> None:
    assert split_s3(address) == parts


@pytest.mark.parametrize("address", ["s3://", "s3:///key", "/path", "https://x.example/"])
def test_an_address_without_a_bucket_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="is not of the form s3://BUCKET/KEY"):
        split_s3(address)
