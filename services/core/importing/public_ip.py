"""The check whether an address is of the public internet."""

from __future__ import annotations

import ipaddress

# The prefix of IPv4 addresses in a network that has IPv6 alone.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Global by their numbers, yet served by the cloud that a machine runs in: the IETF's protocol assignments
# (RFC 6890; 192.0.0.192 gives Oracle's metadata) and Azure's virtual public address.
_OF_CLOUDS = (ipaddress.ip_network("192.0.0.0/24"), ipaddress.ip_network("168.63.129.16/32"))


def is_public(address: str) -> bool:
    """Whether an IP address is public; an IPv4 address inside an IPv6 one is judged by itself."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    if any(ip in network for network in _OF_CLOUDS):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
