"""GET /cameras/{thing}/broker, and the device that asks for it (edge/page.py, edge.install_settings)."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from pydantic import SecretStr

from services.api import devices
from services.api.app import assemble
from services.bootstrap.settings import ApiSettings
from services.core.key_attempts import Attempts
from tests.adapters.http_server.serving import serving
from tests.certificates import Authority

KEY = "s3cret-key"
DEVICES = "mqtts://devices:pass%2Fword@shop.example:8883"


@contextlib.contextmanager
def page(folder: Path, *, tls: Authority | None = None, **settings: Any) -> Iterator[str]:
    """The address of an api with these settings; no part of it is asked but the route."""
    parts = MagicMock()
    parts.state.attempts = Attempts()
    parts.access.keys.find.return_value = None
    own_settings = ApiSettings(api_key=SecretStr(KEY), data_dir=folder, **settings)
    router = devices.build_router(own_settings.device_mqtt_url, own_settings.mqtt_ca)
    app = assemble(own_settings, parts, [router])
    own = tls.sign("page") if tls else None
    files: dict[str, Any] = {"certificate": own.certificate, "certificate_key": own.key} if own else {}
    with serving(app, **files) as served:
        yield f"http{'s' if tls else ''}://127.0.0.1:{served.port}"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A file that holds the key."""
    path = tmp_path / "key"
    path.write_text(f"{KEY}\n")
    return path


def install(into: Path, address: str, key_file: Path, *further: str) -> subprocess.CompletedProcess[str]:
    """Ask the page for the settings of the camera `door`, as edge/install.sh does."""
    into.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "edge.install_settings", str(into), "--page", address]
    command += ["--key-file", str(key_file), "--thing", "door", *further]
    environ = {"PATH": os.environ["PATH"], "HTTP_PROXY": "http://127.0.0.1:1"}
    return subprocess.run(command, env=environ, capture_output=True, text=True)


def test_a_page_and_its_key_are_all_that_a_device_needs(tmp_path: Path, key_file: Path) -> None:
    authority = Authority(tmp_path)
    etc = tmp_path / "etc"
    with page(tmp_path, tls=authority, device_mqtt_url=DEVICES, mqtt_ca=authority.certificate) as address:
        done = install(etc, address, key_file)
        assert done.returncode == 2
        assert "its certificate is not trusted; name the file" in done.stderr
        done = install(etc, address, key_file, "--page-ca", str(authority.certificate))
    assert (done.returncode, done.stderr) == (0, "")
    assert (etc / "edge.env").read_text().splitlines()[1:] == [
        "LOOKALIKE_SOURCE=0",
        "LOOKALIKE_THING=door",
        f"LOOKALIKE_MQTT_URL={DEVICES}",
        f"LOOKALIKE_MQTT_CA={etc}/ca.pem",
    ]
    assert (etc / "ca.pem").read_bytes() == authority.certificate.read_bytes()


def test_a_camera_may_have_a_password_of_its_own(tmp_path: Path, key_file: Path) -> None:
    password = tmp_path / "password"
    password.write_text("a/b\n")
    with page(tmp_path, device_mqtt_url="mqtt://shop.example") as address:
        done = install(tmp_path / "etc", address, key_file, "--password-file", str(password))
    assert (done.returncode, done.stderr) == (0, "")
    assert "LOOKALIKE_MQTT_URL=mqtt://door:a%2Fb@shop.example\n" in (tmp_path / "etc/edge.env").read_text()


@pytest.mark.parametrize(
    ("key", "settings", "words"),
    [
        ("wrong", {"device_mqtt_url": DEVICES}, "answers 401: the API key is missing or wrong"),
        (KEY, {}, "answers 404: no broker for devices is set here; set LOOKALIKE_DEVICE_MQTT_URL"),
    ],
)
def test_without_the_key_or_the_setting_nothing_is_told(
    tmp_path: Path, key_file: Path, key: str, settings: dict[str, Any], words: str
) -> None:
    key_file.write_text(key)
    with page(tmp_path, **settings) as address:
        done = install(tmp_path / "etc", address, key_file)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert "pass" not in done.stderr
    assert not (tmp_path / "etc/edge.env").exists()


def test_who_does_not_answer_is_named(tmp_path: Path, key_file: Path) -> None:
    done = install(tmp_path / "etc", "http://127.0.0.1:1", key_file)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "http://127.0.0.1:1 can't be reached: " in done.stderr
