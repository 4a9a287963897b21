"""The settings that edge/install.sh writes, from a camera's folder or from lines."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.cli.camera_folder import write_camera_folder
from tests.certificates import Authority

GIVEN = ("LOOKALIKE_THING=door", "LOOKALIKE_MQTT_URL=mqtt://door:secret@192.168.1.5")


def install(into: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Write settings as edge/install.sh does, in a clean environment."""
    into.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "edge.install_settings", str(into), *arguments]
    return subprocess.run(command, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True)


def lines(into: Path) -> list[str]:
    """The settings that are written."""
    return (into / "edge.env").read_text().splitlines()[1:]


def test_a_cameras_folder_is_taken_with_its_certificate_and_further_settings(tmp_path: Path) -> None:
    pair = Authority(tmp_path).sign("door")
    folder, into = tmp_path / "door", tmp_path / "etc"
    certificate, key = pair.certificate.read_bytes(), pair.key.read_bytes()
    broker = "mqtts://broker.example:8883"
    write_camera_folder(
        folder, thing="door", broker=broker, rule="shop_features", certificate=certificate, key=key
    )
    done = install(into, "--folder", str(folder), "LOOKALIKE_SOURCE=rtsp://me:a b#c@host/x")
    assert (done.returncode, done.stderr) == (0, "")
    assert lines(into) == [
        "LOOKALIKE_SOURCE=rtsp://me:a b#c@host/x",
        "LOOKALIKE_THING=door",
        f"LOOKALIKE_MQTT_URL={broker}",
        f"LOOKALIKE_MQTT_CERT={into}/cert.pem",
        f"LOOKALIKE_MQTT_KEY={into}/key.pem",
        "LOOKALIKE_IOT_RULE=shop_features",
    ]
    assert (into / "key.pem").read_bytes() == key
    assert {path.name: path.stat().st_mode & 0o777 for path in into.iterdir()} == {
        "edge.env": 0o600,
        "cert.pem": 0o600,
        "key.pem": 0o600,
    }

    # Later a setting is changed, and the rest stays; the folder is gone by then.
    assert install(into, "LOOKALIKE_SOURCE=test").returncode == 0
    assert "LOOKALIKE_SOURCE=test" in lines(into)
    assert len(lines(into)) == 6
    assert (into / "key.pem").read_bytes() == key


def test_settings_alone_suffice_and_are_shown_without_passwords(tmp_path: Path) -> None:
    assert install(tmp_path, *GIVEN).returncode == 0
    assert lines(tmp_path) == ["LOOKALIKE_SOURCE=0", *GIVEN]
    shown = install(tmp_path, "--show").stdout
    assert "LOOKALIKE_MQTT_URL=mqtt://***@192.168.1.5\n" in shown


def test_a_model_may_be_named_by_its_address(tmp_path: Path) -> None:
    model = ("LOOKALIKE_MODEL=https://page/models/a.onnx", "LOOKALIKE_MODEL_FINGERPRINT=0123456789ab")
    done = install(tmp_path, *GIVEN, *model)
    assert (done.returncode, done.stderr) == (0, "")
    assert lines(tmp_path) == ["LOOKALIKE_SOURCE=0", *GIVEN, *model]
    assert "expected LOOKALIKE_MODEL_FINGERPRINT with it" in install(tmp_path / "b", *GIVEN, model[0]).stderr


def test_a_camera_has_a_name_and_a_broker(tmp_path: Path) -> None:
    done = install(tmp_path, "LOOKALIKE_THING=door")
    assert done.returncode == 2
    assert "LOOKALIKE_MQTT_URL is missing; give LOOKALIKE_MQTT_URL=…" in done.stderr


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("LOOKALIKE_MAX_FPS=0", "LOOKALIKE_MAX_FPS: "),
        ("LOOKALIKE_MQTT_CERT=none.pem", "LOOKALIKE_MQTT_CERT"),
        (r"LOOKALIKE_SOURCE=rtsp://me:a\b@host", "LOOKALIKE_SOURCE: expected a value without"),
        ("LOOKALIKE_REGION='0,0,1,1'", "LOOKALIKE_REGION: expected a value without"),
        ("PATH=/tmp", "'PATH' is no setting"),
        ("--folder=none", "none/edge.env is missing"),
    ],
)
def test_what_would_not_start_is_refused_and_the_settings_before_stay(
    tmp_path: Path, wrong: str, words: str
) -> None:
    install(tmp_path, *GIVEN)
    before = lines(tmp_path)
    done = install(tmp_path, *GIVEN, wrong)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr
    assert lines(tmp_path) == before
