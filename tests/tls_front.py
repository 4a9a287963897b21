"""A front that speaks TLS before a server that can't, such as the Valkey of our packages."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.certificates import CertificateFiles
from tests.servers import free_port


@contextmanager
def tls_front(server_port: int, files: CertificateFiles) -> Iterator[int]:
    """Pass what comes by TLS on to a port of this machine; gives the front's port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    with socket.create_server(("127.0.0.1", port := free_port())) as listening:
        accepting = threading.Thread(target=_accept, args=(listening, context, server_port))
        accepting.start()
        try:
            yield port
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            accepting.join()


def _accept(listening: socket.socket, context: ssl.SSLContext, server_port: int) -> None:
    pumps, ends = list[threading.Thread](), list[socket.socket]()
    with contextlib.suppress(OSError):  # when it is shut down
        while True:
            raw, _address = listening.accept()
            # Its handshake is made by the thread that reads from it first.
            near = context.wrap_socket(raw, server_side=True, do_handshake_on_connect=False)
            far = socket.create_connection(("127.0.0.1", server_port))
            ends += [near, far]
            pumps.append(threading.Thread(target=_answer, args=(near, far)))
            pumps[-1].start()
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
    for pump in pumps:
        pump.join()


def _answer(near: ssl.SSLSocket, far: socket.socket) -> None:
    """Pass bytes on in both directions until either end closes."""
    with near, far, contextlib.suppress(OSError):
        near.do_handshake()
        back = threading.Thread(target=_pump, args=(far, near))
        back.start()
        _pump(near, far)
        back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)
