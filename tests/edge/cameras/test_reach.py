"""The addresses that a camera which was added in the page may have."""

import socket
from functools import partial

import pytest

from edge.cameras.sources.base import SourceError
from edge.cameras.sources.reach import Reach, why_not


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("127.0.0.1", "an address of this machine"),
        ("127.8.9.1", "an address of this machine"),
        ("::1", "an address of this machine"),
        ("::ffff:127.0.0.1", "an address of this machine"),
        ("64:ff9b::7f00:1", "an address of this machine"),
        ("0.0.0.0", "an address of this machine"),
        ("169.254.169.254", "a cloud or a device serves itself"),
        ("fe80::1", "a cloud or a device serves itself"),
        ("fd00:ec2::254", "a cloud or a device serves itself"),
        ("168.63.129.16", "a cloud or a device serves itself"),
        ("100.100.100.200", "a cloud or a device serves itself"),
        ("224.0.0.1", "the address of no camera"),
        ("10.1.2.3", "an address of this machine"),  # by `is_own` below
    ],
)
def test_this_machine_and_the_clouds_metadata_are_refused_by_whatever_name(address: str, says: str) -> None:
    judge = partial(why_not, is_own=lambda ip: str(ip) == "10.1.2.3")
    reach = Reach(resolve=lambda _host, _port: ["192.168.1.9", address], why_not=judge)
    with pytest.raises(SourceError, match=r"LOOKALIKE_CAMERA_LOCAL=1") as refused:
        reach.address("camera.example", 80)
    assert f"camera.example ({address}) is" in str(refused.value)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "address", ["192.168.1.20", "10.0.0.9", "172.16.4.4", "100.64.0.7", "fd12::9", "8.8.8.8"]
)
def test_addresses_in_ones_own_network_and_elsewhere_are_allowed(address: str) -> None:
    judge = partial(why_not, is_own=lambda _ip: False)
    reach = Reach(resolve=lambda _host, _port: [address], why_not=judge)
    assert reach.address("camera.example", 80) == address


def test_an_address_that_a_network_gave_this_machine_is_its_own() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return  # a machine without a network has no other address
        own = asking.getsockname()[0]
    with pytest.raises(SourceError, match="an address of this machine"):
        Reach().address(own, 80)
