"""The folder of a camera, and the start of the edge with its settings."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from services.cli.camera_folder import write_camera_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of cam-1."""
    made = tmp_path / "a camera"
    write_camera_folder(
        made,
        thing="cam-1",
        broker="mqtts://broker.example:8883",
        rule="shop_features",
        certificate=b"C",
        key=b"K",
    )
    return made


def started(folder: Path) -> dict[str, str]:
    """The settings that `start` gives to Python, called from elsewhere."""
    python = folder.parent / "python"
    python.write_text('#!/bin/sh\nenv; echo "arguments=$*"\n')
    python.chmod(0o755)
    environ = {"PATH": os.environ["PATH"], "PYTHON": str(python), "LOOKALIKE_REGION": "0,0,1,1"}
    command = [f"./{folder.name}/start"]
    told = subprocess.run(command, cwd=folder.parent, env=environ, capture_output=True, text=True, check=True)
    lines = (line.partition("=") for line in told.stdout.splitlines())
    return {name: value for name, _, value in lines if name.startswith(("LOOKALIKE_", "arguments"))}


def test_files_with_secrets_are_for_their_owner_alone(folder: Path) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())}
    assert modes == {
        "a camera": 0o700,
        "key.pem": 0o600,
        "edge.env": 0o600,
        "cert.pem": 0o644,
        "start": 0o755,
    }


def test_start_reads_the_settings_and_finds_the_files_beside_it(folder: Path) -> None:
    assert started(folder) == {
        "LOOKALIKE_THING": "cam-1",
        "LOOKALIKE_MQTT_URL": "mqtts://broker.example:8883",
        "LOOKALIKE_MQTT_CERT": f"{folder}/cert.pem",
        "LOOKALIKE_MQTT_KEY": f"{folder}/key.pem",
        "LOOKALIKE_IOT_RULE": "shop_features",
        "LOOKALIKE_REGION": "0,0,1,1",
        "arguments": "-m edge",
    }


def test_lines_that_a_user_adds_are_values_and_no_commands(folder: Path) -> None:
    with (folder / "edge.env").open("a") as settings:
        settings.write("# LOOKALIKE_MODEL=best\nPATH=/nowhere\nLOOKALIKE_MQTT_CA=/etc/ca.pem\n")
        settings.write("LOOKALIKE_SOURCE=rtsp://me:a$(id)&b #c@host/x y")
    found = started(folder)
    assert found["LOOKALIKE_SOURCE"] == "rtsp://me:a$(id)&b #c@host/x y"
    assert found["LOOKALIKE_MQTT_CA"] == "/etc/ca.pem"
    assert "LOOKALIKE_MODEL" not in found
