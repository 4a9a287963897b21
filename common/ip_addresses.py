"""IP addresses that stand for others, and those by which a cloud serves its own machines."""

from __future__ import annotations

import ipaddress

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
# The prefix of IPv4 addresses in a network that has IPv6 alone.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Served by the cloud that a machine runs in, and not local by their numbers: the IETF's protocol assignments
# (RFC 6890; 192.0.0.192 gives Oracle's metadata), Azure's virtual public address, Alibaba's metadata, and
# those of AWS and Google by IPv6.
_OF_CLOUDS = tuple(
    ipaddress.ip_network(each)
    for each in (
        "192.0.0.0/24",
        "168.63.129.16/32",
        "100.100.100.200/32",
        "fd00:ec2::/32",
        "fd20:ce::254/128",
    )
)


def innermost(address: str) -> IpAddress:
    """An IP address; an IPv4 one that is written inside an IPv6 one is that IPv4 address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if not isinstance(ip, ipaddress.IPv6Address):
        return ip
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


def is_of_cloud(ip: IpAddress) -> bool:
    """Whether it is one by which a cloud tells a machine about itself, logins included."""
    return any(ip in network for network in _OF_CLOUDS)
