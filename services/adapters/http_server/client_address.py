"""The part of a client's address that stands for one owner."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

# The smallest IPv6 network that a provider gives one customer.
_IPV6_PREFIX = 64


def owner_of(client: str) -> str:
    """An IPv4 address itself, of an IPv6 address its network; any other text is cut to 64 characters."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client[:64]
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), _IPV6_PREFIX), strict=False))


class Networks:
    """A set of addresses, given as addresses and networks; contains an address in any of its forms."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._networks = [ipaddress.ip_network(text, strict=False) for text in texts]

    def __contains__(self, client: object) -> bool:
        try:
            address = ipaddress.ip_address(str(client))
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None) or address
        return any(mapped in network for network in self._networks)
