"""Cameras over HTTPS and RTSPS: certificates are checked, and a fault is named."""

import sys
from pathlib import Path

import pytest

from tests.edge.cameras.mjpeg import QUOTED
from tests.edge.cameras.sources_kit import wait_reason
from tests.edge.kit import MqttListener, run_edge
from tests.network.conftest import Certificates, Rtsp
from tests.servers import Server


def camera_with(kind: str, files: tuple[Path, Path], rtsp: Rtsp) -> tuple[Server, str]:
    """A camera that is not yet started, and the path of its pictures."""
    if kind == "rtsps":
        return rtsp("h264", "digest", files=files), "live"
    command = [sys.executable, "-m", "tests.edge.cameras.mjpeg", "{port}", *map(str, files)]
    return Server("https", command), "video"


@pytest.mark.parametrize("kind", ["https", "rtsps"])
def test_a_camera_with_a_certificate_of_its_own_is_trusted_when_it_is_told_to_be(
    tmp_path: Path,
    rtsp: Rtsp,
    certificates: Certificates,
    broker_port: int,
    listener: MqttListener,
    model: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    files = certificates()
    camera, path = camera_with(kind, files, rtsp)
    source = f"{kind}://user:{QUOTED}@127.0.0.1:{camera.port}/{path}"
    settings = {"mqtt_url": f"mqtt://127.0.0.1:{broker_port}", "model": str(model), "source": source}
    try:
        camera.start()
        with run_edge(tmp_path / "log", **settings) as edge:
            reason = wait_reason(listener, "no_camera", "TLS")
            assert not listener.observations()
            assert edge.terminate()[0] == 0
        trusted = "the certificate is not trusted: it is self-signed"
        assert reason == f"{kind}://***@127.0.0.1:{camera.port}/{path}: TLS: {trusted}"

        monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
        with run_edge(tmp_path / "log", **settings):
            listener.wait_state("online")
            listener.wait_observations(3)
    finally:
        camera.kill()


@pytest.mark.parametrize("kind", ["https", "rtsps"])
@pytest.mark.parametrize(
    ("made", "cause"),
    [
        ({"name": "DNS:another.example"}, "is for another host"),
        ({"on": "2020-01-01"}, "has expired"),
    ],
)
def test_a_certificate_that_does_not_fit_is_told(
    tmp_path: Path,
    rtsp: Rtsp,
    certificates: Certificates,
    broker_port: int,
    listener: MqttListener,
    model: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    made: dict[str, str],
    cause: str,
) -> None:
    files = certificates(**made)
    camera, path = camera_with(kind, files, rtsp)
    monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
    source = f"{kind}://user:{QUOTED}@127.0.0.1:{camera.port}/{path}"
    settings = {"mqtt_url": f"mqtt://127.0.0.1:{broker_port}", "model": str(model), "source": source}
    try:
        camera.start()
        with run_edge(tmp_path / "log", **settings) as edge:
            reason = wait_reason(listener, "no_camera", "TLS")
            assert edge.terminate()[0] == 0
    finally:
        camera.kill()
    assert reason.endswith(f": TLS: the certificate {cause}")
    assert not listener.observations()
