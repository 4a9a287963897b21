"""Names and addresses of this machine in its local network."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import sys
from pathlib import Path

_HOST_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_SIOCGIFADDR = 0x8915  # linux/sockios.h
_INTERFACES = Path("/sys/class/net")
_ADDRESSES_6 = Path("/proc/net/if_inet6")
# linux/if_addr.h: a temporary address, which the machine replaces every day.
_TEMPORARY = 0x01
# An address for documentation (RFC 5737); nothing is sent to it.
_ELSEWHERE = ("192.0.2.1", 9)


def host_names() -> list[str]:
    """The machine's host name, and its name by mDNS, for networks without a name server."""
    name = socket.gethostname().lower()
    return [name, f"{name.partition('.')[0]}.local"] if _HOST_NAME.fullmatch(name) else []


def addresses(*, ipv6: bool = False) -> list[str]:
    """The machine's addresses for others, that of the default route first; without containers' and tunnels'.

    They are of IPv4 or, with `ipv6`, the permanent ones of IPv6 that are not link-local.
    """
    found = _lasting_ipv6() if ipv6 else _routed_ipv4() + _ipv4_of_cards()
    return list(dict.fromkeys(found))


def _routed_ipv4() -> list[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(_ELSEWHERE)
        return [str(probe.getsockname()[0])]
    return []


def _ipv4_of_cards() -> list[str]:
    if sys.platform != "linux":
        return []
    import fcntl

    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for name in _cards():
            with contextlib.suppress(OSError):  # there is no such address
                answer = fcntl.ioctl(probe, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                found.append(socket.inet_ntoa(answer[20:24]))
    return found


def _lasting_ipv6() -> list[str]:
    cards, found = _cards(), []
    with contextlib.suppress(OSError):
        for line in _ADDRESSES_6.read_text().splitlines():
            digits, _index, _prefix, scope, flags, name = line.split()
            if name in cards and scope == "00" and not int(flags, 16) & _TEMPORARY:
                found.append(socket.inet_ntop(socket.AF_INET6, bytes.fromhex(digits)))
    return found


def _cards() -> list[str]:
    """The interfaces that are a device, not a bridge or a tunnel."""
    return sorted(path.parent.name for path in _INTERFACES.glob("*/device"))
