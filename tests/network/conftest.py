"""Tests against servers from system packages: `make test-system` installs them and runs these."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.edge.conftest import broker_port, listener, model
from tests.servers import Server

__all__ = ["broker_port", "listener", "model"]  # the edge's fixtures, for these tests too

_SYSTEM_PYTHON = "/usr/bin/python3"  # GStreamer's bindings belong to it
_SERVER = str(Path(__file__).with_name("rtsp_server.py"))

Rtsp = Callable[..., Server]
Certificates = Callable[..., tuple[Path, Path]]


@pytest.fixture
def rtsp() -> Iterator[Rtsp]:
    """Makes RTSP servers, not yet started; they are killed at the end."""
    made: list[Server] = []

    def make(
        codec: str = "h264", auth: str = "none", transport: str = "tcp", files: tuple[Path, ...] = ()
    ) -> Server:
        command = [_SYSTEM_PYTHON, _SERVER, "{port}", codec, auth, transport, *map(str, files)]
        made.append(Server("rtsps" if files else "rtsp", command))
        return made[-1]

    yield make
    for server in made:
        server.kill()


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    """Makes a self-signed certificate and its key: PEM files."""

    def make(*, name: str = "IP:127.0.0.1", on: str | None = None) -> tuple[Path, Path]:
        certificate, key = tmp_path / f"{on}-{name[:3]}.pem", tmp_path / f"{on}-{name[:3]}.key"
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        command += ["-nodes", "-subj", "/CN=camera", "-addext", f"subjectAltName={name}", "-days", "30"]
        command += ["-keyout", str(key), "-out", str(certificate)]
        at = ["faketime", on] if on else []
        subprocess.run([*at, *command], check=True, capture_output=True)
        return certificate, key

    return make
