"""TLS for the page, the broker and Redis, by deploy/compose/tls.yml."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from deploy.compose.certificate import make
from services.bootstrap.cert_pinning import pinned
from tests.compose.project import Project, project
from tests.system.stack import eventually

TLS = "deploy/compose/tls.yml"
# Without items each record is a no_match, but there is one.
SETTINGS = {"LOOKALIKE_SAMPLES": "0", "LOOKALIKE_SOURCE": "test"}


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The system with TLS everywhere, and a client that trusts the page's own certificate."""
    folder = tmp_path_factory.mktemp("tls")
    with project(folder, settings=SETTINGS, files=[TLS]) as made:
        read = ("cat", "/data/tls/cert.pem")
        certificate = folder / "page.pem"
        shown = eventually(
            lambda: made.exec("api", *read, check=False).stdout or None, within_s=60, why=made.logs
        )
        certificate.write_text(shown)
        made.page = made.page.replace("http", "https")
        made.client = httpx.Client(base_url=made.page, timeout=10, verify=pinned(certificate))
        yield made


def test_a_frame_goes_all_its_way_through_tls(tls: Project) -> None:
    record = eventually(tls.newest, within_s=60, why=tls.logs)
    assert record["verdict"] == "no_match"
    # Otherwise all of it could have gone another way.
    assert tls.exec("redis", "redis-cli", "-p", "6379", "ping", check=False).stdout != "PONG\n"
    assert "FAIL  item store" in tls.exec("api", "lookalike", "doctor", check=False).stdout


def test_without_tls_nobody_is_answered(tls: Project) -> None:
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"http://127.0.0.1:{tls.port}/healthz", timeout=3)
    with pytest.raises((OSError, ValueError)):
        connect(tls, None)


def test_a_camera_elsewhere_trusts_the_brokers_authority(tls: Project) -> None:
    told = tls.one_shot("device", "door").split()
    tls.reload_users()
    authority = tls.exec("api", "cat", "/secrets/tls/ca.pem").stdout
    trusting = ssl.create_default_context(cadata=authority)
    eventually(lambda: connect(tls, trusting, user=told[1], password=told[3]) == 0, within_s=10)
    strange = ssl.create_default_context()
    with (
        socket.create_connection(("127.0.0.1", tls.broker_port), timeout=5) as opened,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        strange.wrap_socket(opened, server_hostname="127.0.0.1")


def test_a_camera_may_be_added_without_the_file_that_switches_tls_on(tls: Project) -> None:
    before = told_to_each(tls)
    for command in ("device", "forget"):
        tls.compose("run", "--rm", "-T", "init", command, "window", files=["docker-compose.yml"])
    assert told_to_each(tls) == before
    assert "mqtts://" in before[0]


def test_every_health_check_goes_through_tls_too(tls: Project) -> None:
    for service in ("broker", "redis", "api", "search", "edge"):
        eventually(
            lambda service=service: tls.state(service)["State"]["Health"]["Status"] == "healthy",  # type: ignore[misc]
            within_s=60,
            why=tls.logs,
        )


def test_the_pages_own_certificate_is_for_its_public_name(tls: Project, tmp_path: Path) -> None:
    authority, signed, key = make(["shop.example"])
    (tmp_path / "cert.pem").write_bytes(signed + authority)
    (tmp_path / "key.pem").write_bytes(key)
    tmp_path.chmod(0o755)
    files = [*tls.files, "deploy/compose/own-certificate.yml"]
    tls.environ["CERTIFICATE"] = str(tmp_path)
    tls.compose("up", "-d", files=files)
    tls.forget_containers()
    eventually(
        lambda: tls.exec("api", "lookalike", "alive", "api", check=False).returncode == 0,
        within_s=60,
        why=tls.logs,
    )
    shown = ssl.get_server_certificate(("127.0.0.1", tls.port))
    assert ssl.PEM_cert_to_DER_cert(shown) == ssl.PEM_cert_to_DER_cert(signed.decode())
    # Refused by the api, not by the client.
    for where in (["exec", "-T", "api"], ["run", "--rm", "-T", "samples"]):
        told = tls.compose(*where, "lookalike", "items", "delete", "none", files=files, check=False)
        assert "there is no item" in told.stderr, told


def told_to_each(stack: Project) -> list[str]:
    """Files that `init` wrote for services that a new camera does not concern."""
    files = {
        "search": ("search/mqtt-url", "search/redis-url"),
        "broker": ("broker/mosquitto.conf", "broker/key.pem"),
        "api": ("tls/cert.pem", "api/api-key"),
    }
    return [
        stack.exec(service, "cat", *(f"/secrets/{name}" for name in names)).stdout
        for service, names in files.items()
    ]


def connect(stack: Project, trust: ssl.SSLContext | None, *, user: str = "", password: str = "") -> int:
    """The broker's answer to a connection from this machine, 0 if it accepts."""
    answers: list[int] = []
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id="door")
    client.username_pw_set(user, password)
    if trust is not None:
        client.tls_set_context(trust)
    client.on_connect = lambda _client, _data, _flags, code, _properties: answers.append(code.value)
    client.connect("127.0.0.1", stack.broker_port)
    for _ in range(50):
        if answers:
            break
        client.loop(0.1)
    client.disconnect()
    if not answers:
        raise ConnectionError("no answer")
    return answers[0]
