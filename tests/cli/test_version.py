"""The version: `lookalike --version`, and every other place that states it."""

from __future__ import annotations

import subprocess
import sys
import tomllib

from common.version import VERSION
from tests.system.stack import ROOT


def test_the_version_is_told_whatever_the_settings_are() -> None:
    command = [sys.executable, "-m", "services.cli", "--version"]
    environ = {"PATH": "/usr/bin:/bin", "LOOKALIKE_PORT": "no port"}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout == f"lookalike {VERSION}\n"


def test_the_package_takes_its_version_from_the_code() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "common.version.VERSION"}
