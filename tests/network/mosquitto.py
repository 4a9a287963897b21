"""A real Mosquitto for tests, with a password, TLS or client certificates if wished."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import Server

USER, PASSWORD = "camera", "a-secret/@#%41?:word"


class Mosquitto(Server):
    """A Mosquitto that can also be frozen and thawed."""

    def freeze(self) -> None:
        """Freeze it: it accepts connections and bytes, and does nothing with them."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, how: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(how)


@contextmanager
def mosquitto(
    folder: Path,
    *,
    password: bool = False,
    tls: tuple[Path, Path] | None = None,
    clients: Path | None = None,
    tls_version: str | None = None,
) -> Iterator[Mosquitto]:
    """A Mosquitto, not yet started; it keeps nothing on disk. `tls` are its certificate and key.

    With `clients`, an authority of client certificates, it demands one.
    """
    config = folder / "mosquitto.conf"
    server = Mosquitto("mqtts" if tls else "mqtt", [program("mosquitto"), "-c", str(config)])
    lines = [f"listener {server.port} 127.0.0.1", f"allow_anonymous {str(not password).lower()}"]
    if os.getuid() == 0:
        lines.append("user root")  # otherwise it becomes a user that can't read the test's files
    if password:
        file = folder / "passwords"
        subprocess.run([program("mosquitto_passwd"), "-b", "-c", str(file), USER, PASSWORD], check=True)
        lines.append(f"password_file {file}")
    if tls:
        lines += [f"certfile {tls[0]}", f"keyfile {tls[1]}"]
    if clients:
        lines += [f"cafile {clients}", "require_certificate true"]
    if tls_version:
        lines.append(f"tls_version {tls_version}")
    config.write_text("\n".join(lines) + "\n")
    try:
        yield server
    finally:
        server.kill()


def program(name: str) -> str:
    """The path of a program that the system package brings."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, f"no {name}; `make test-system` installs it"
    return found
