"""The addresses that a camera which was added in the page may have."""

import socket
from collections.abc import Callable

from common.ip_addresses import IpAddress, innermost, is_of_cloud
from edge.cameras.sources.base import SourceError

_EXPECTED = "expected one of your network or of the internet, or LOOKALIKE_CAMERA_LOCAL=1 at the edge"


def resolve(host: str, port: int) -> list[str]:
    """The addresses that a name stands for, in the order in which to try them; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


def is_of_this_machine(ip: IpAddress) -> bool:
    """Whether one of this machine's own networks gave it this address."""
    family = socket.AF_INET if ip.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_STREAM) as trying:
            # Only an own address can be bound.
            trying.bind((str(ip), 0))
    except OSError:
        return False
    return True


def why_not(ip: IpAddress, *, is_own: Callable[[IpAddress], bool] = is_of_this_machine) -> str | None:
    """What an address is that no added camera may have; None for any other."""
    # The link-local ones are those of the clouds' metadata.
    if is_of_cloud(ip) or ip.is_link_local:
        return "an address by which a cloud or a device serves itself"
    if ip.is_multicast or (ip.is_reserved and not ip.is_loopback):
        return "the address of no camera"
    if ip.is_loopback or ip.is_unspecified or is_own(ip):
        return "an address of this machine"
    return None


class Reach:
    """Gives the address to connect to, checked: whoever owns a name may change what it stands for."""

    def __init__(
        self,
        *,
        resolve: Callable[[str, int], list[str]] = resolve,
        why_not: Callable[[IpAddress], str | None] = why_not,
    ) -> None:
        self._resolve, self._why_not = resolve, why_not

    def address(self, host: str, port: int) -> str:
        """An IP address of the host; SourceError if any of its is not allowed, OSError if it has none."""
        addresses = self._resolve(host, port)
        for address in addresses:
            why = self._why_not(innermost(address))
            if why is not None:
                shown = address if address == host else f"{host} ({address})"
                raise SourceError(f"{shown} is {why}; {_EXPECTED}")
        return addresses[0]
