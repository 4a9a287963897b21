"""A camera of the deployment: its folder as the command writes it, what starts it, and what it may do."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from common.mqtt_broker import MqttFiles, describe_broker
from deploy.checkout_files import CHECKOUT
from tests.aws_rehearsal.kit import Deployment, know_host
from tests.pace import limit_s
from tests.servers import PATIENCE_S


@dataclass(frozen=True)
class CameraFolder:
    """A camera's folder; `authorities` is the file of those who sign AWS IoT's certificate."""

    thing: str
    folder: Path
    authorities: Path

    @property
    def broker(self) -> str:
        """The address that the camera connects to."""
        lines = (self.folder / "edge.env").read_text().splitlines()
        (line,) = [line for line in lines if "LOOKALIKE_MQTT_URL=" in line]
        return line.partition("=")[2]


def command(deployment: Deployment, *words: str) -> str:
    """What `lookalike aws things …` says; fails if it does."""
    name = ["--name", deployment.choices.name]
    asked = [sys.executable, "-m", "services.cli", "aws", "things", *words, *name]
    done = subprocess.run(asked, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def add_camera(deployment: Deployment, thing: str, into: Path) -> CameraFolder:
    """A folder for a camera, by the command; its broker is this machine."""
    command(deployment, "add", thing, "--into", str(into / thing))
    found = httpx.get(f"{deployment.aws.url}/_ministack/iot/ca.pem", verify=deployment.aws.trust)
    authorities = into / "amazon.pem"
    authorities.write_bytes(found.raise_for_status().content)
    camera = CameraFolder(thing, into / thing, authorities)
    know_host(describe_broker(camera.broker).address.host)
    return camera


@contextmanager
def started(camera: CameraFolder, log: Path, **settings: str) -> Iterator[None]:
    """The edge, started as the folder does it, on a device that knows nothing else of AWS."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("LOOKALIKE_", "AWS_"))
    }
    environ = inherited | {f"LOOKALIKE_{name.upper()}": value for name, value in settings.items()}
    environ |= {"PYTHON": sys.executable, "SSL_CERT_FILE": str(camera.authorities)}
    with log.open("wb") as stderr:
        process = subprocess.Popen([camera.folder / "start"], cwd=CHECKOUT, env=environ, stderr=stderr)
    try:
        yield
        assert process.poll() is None, log.read_text()
    finally:
        process.terminate()
        process.wait(limit_s(PATIENCE_S))


class Device:
    """Somebody who has a camera's certificate, and uses it under any name and on any topic."""

    def __init__(self, camera: CameraFolder, client_id: str) -> None:
        files = MqttFiles(camera.folder / "cert.pem", camera.folder / "key.pem", camera.authorities)
        broker = describe_broker(camera.broker, files)
        assert broker.tls
        self._heard = queue.SimpleQueue[str]()
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            protocol=MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        self._client.tls_set_context(broker.tls)
        self._client.on_connect = lambda *_: self._heard.put("connected")
        self._client.on_publish = lambda *_: self._heard.put("taken")
        self._client.on_disconnect = lambda *_: self._heard.put("closed")
        self._client.connect(broker.address.host, broker.address.port)
        self._client.loop_start()

    def __enter__(self) -> Device:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def hears(self) -> str:
        """The broker's next answer: connected, taken or closed."""
        return self._heard.get(timeout=limit_s(PATIENCE_S))

    def publish(self, topic: str, payload: bytes) -> str:
        """The broker's answer to a message."""
        self._client.publish(topic, payload, qos=1)
        return self.hears()
