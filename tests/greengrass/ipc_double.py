"""A double of a Greengrass nucleus' IPC: a server on a Unix socket for the real awsiotsdk.

    python -m tests.greengrass.ipc_double --socket PATH --broker mqtt://127.0.0.1:1883 [--recipe FILE]

It prints the variables of a component's environment, and serves until SIGTERM. SIGHUP reads the configuration
again.
"""

import argparse
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.greengrass.component import Component, configured
from tests.greengrass.core import BrokerCore, MemoryCore
from tests.greengrass.ipc_connection import IpcConnection, Nucleus

SOCKET = "AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT"


class IpcDouble:
    """Serves the component of a nucleus at a socket, whose path has at most 107 bytes."""

    def __init__(self, path: Path, nucleus: Nucleus) -> None:
        self.path, self.nucleus = path, nucleus
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self._connections: set[IpcConnection] = set()

    @property
    def environ(self) -> dict[str, str]:
        """The variables that a nucleus sets for the component."""
        token, thing = self.nucleus.component.token, self.nucleus.component.thing
        return {SOCKET: str(self.path), "SVCUID": token, "AWS_IOT_THING_NAME": thing}

    @property
    def connections(self) -> int:
        """The number of connections that the component has now."""
        return len(self._connections)

    @property
    def open_streams(self) -> int:
        """The number of streams that the component has not ended; those of answered requests are to be."""
        with self._lock:
            return sum(each.open_streams for each in self._connections)

    def start(self) -> None:
        """Accept connections, from when this returns."""
        self.path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.path))
        self._listener.listen()
        threading.Thread(target=self._accept, args=[self._listener], daemon=True).start()

    def stop(self) -> None:
        """End as a nucleus does that is killed: all connections are gone, the socket's file stays."""
        if self._listener is None:
            return
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # which also wakes the thread that accepts
        self._listener.close()
        self._listener = None
        self.cut()

    def cut(self) -> None:
        """End the present connections; new ones are accepted."""
        with self._lock:
            connections = list(self._connections)
        for each in connections:
            each.close()

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Change the configuration, and tell the component if it has asked for that."""
        component = self.nucleus.component
        component.configuration = component.configuration | dict(changes)
        with self._lock:
            connections = list(self._connections)
        for each in connections:
            each.tell_of_configuration(sorted(changes))

    def __enter__(self) -> "IpcDouble":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self.nucleus.core.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                accepted, _ = listener.accept()
            except OSError:  # stopped
                return
            connection = IpcConnection(accepted, self.nucleus)
            with self._lock:
                self._connections.add(connection)
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: IpcConnection) -> None:
        try:
            connection.serve()
        finally:
            with self._lock:
                self._connections.discard(connection)


def main() -> int:
    """Serve until a signal; exit code 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.greengrass.ipc_double", description=__doc__)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--broker", help="in place of AWS IoT Core (default: one in memory)")
    parser.add_argument("--token", default=Component.token)
    parser.add_argument("--thing", default=Component.thing)
    parser.add_argument("--component", default=Component.name)
    parser.add_argument("--recipe", type=Path, help="default configuration and rights (default: all rights)")
    parser.add_argument("--configuration", type=Path, help="JSON or YAML that a deployment merges into it")
    parser.add_argument("--lite", action="store_true", help="as nucleus lite")
    given = parser.parse_args()
    read = configured(given.recipe, given.configuration)
    component = Component(given.component, given.token, given.thing, read)
    core = BrokerCore(given.broker) if given.broker else MemoryCore()
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    signal.signal(signal.SIGINT, lambda *_: ended.set())
    with IpcDouble(given.socket, Nucleus(component, core, lite=given.lite)) as double:
        signal.signal(
            signal.SIGHUP, lambda *_: double.configure(configured(given.recipe, given.configuration))
        )
        given.socket.chmod(0o666)  # a component runs as another user
        print(*(f"{name}={value}" for name, value in double.environ.items()), sep="\n", flush=True)
        ended.wait()
    given.socket.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
