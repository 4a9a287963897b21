"""The check whether an RTSP camera refers to another address, which the library would follow unseen."""

import re
import socket
import ssl

from edge.cameras.sources.address import Address
from edge.process.connection_causes import trusted_authorities

_ANSWER_BYTES = 4096
_REFERS = re.compile(rb"RTSP/\d\.\d 3\d\d ")


def refers_elsewhere(address: Address, ip: str, *, limit_s: float) -> bool:
    """Whether the camera at this IP address answers with a redirection; False too if it does not answer."""
    try:
        with socket.create_connection((ip, address.port), timeout=limit_s) as plain:
            if address.scheme != "rtsps":
                return _asks(plain, address)
            context = ssl.create_default_context(cafile=trusted_authorities())
            with context.wrap_socket(plain, server_hostname=address.host) as wrapped:
                return _asks(wrapped, address)
    except OSError:  # the library's own attempt tells the cause
        return False


def _asks(connection: socket.socket, address: Address) -> bool:
    login, at, rest = address.url.partition("://")[2].rpartition("@")
    url = f"{address.scheme}://{rest if at else login + rest}"
    request = f"DESCRIBE {url} RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n"
    connection.sendall(request.encode("ascii", errors="replace"))
    return _REFERS.match(connection.recv(_ANSWER_BYTES)) is not None
