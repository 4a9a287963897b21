"""The check whether an address is of the public internet."""

from __future__ import annotations

import ipaddress

from common.ip_addresses import innermost, is_of_cloud


def is_public(address: str) -> bool:
    """Whether an IP address is public; an IPv4 address inside an IPv6 one is judged by itself."""
    ip = innermost(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.is_site_local:
        return False
    if is_of_cloud(ip):
        return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
