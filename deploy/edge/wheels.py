"""Wheels of all packages of a device, downloaded on whatever machine, for devices without an index."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from deploy.aws.errors import DeployError
from deploy.aws.own_environment import UV
from deploy.checkout_files import CHECKOUT

LOCK = CHECKOUT / "edge/greengrass/requirements.lock"
# The C library that the newest wheels ask for: Debian 10, Ubuntu 20.04.
GLIBC_MINOR = 28
_FOR = re.compile(r"(aarch64|x86_64)-py3(11|12|13)")


def download(target: str, into: Path) -> None:
    """Download the wheels of a target such as aarch64-py311, checked by hash; raises DeployError."""
    found = _FOR.fullmatch(target)
    if found is None:
        raise DeployError(f"WHEELS: {target!a}; expected such as aarch64-py311, x86_64-py313")
    processor, python = found[1], f"3.{found[2]}"
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder) / "requirements.txt"
        _run(_without_markers(processor, python, lock), target)
        _run(_downloading(processor, python, lock, into), target)


def _without_markers(processor: str, python: str, lock: Path) -> list[str]:
    """The lock of one target: pip, told to download for another Python, reads markers as this Python's."""
    platform = f"{processor}-manylinux_2_{GLIBC_MINOR}"
    options = ["--no-deps", "--generate-hashes", "--no-header", "--no-annotate", "--only-binary", ":all:"]
    target = ["--python-version", python, "--python-platform", platform, "--constraints", str(LOCK)]
    return [str(UV), "pip", "compile", "--quiet", *options, *target, str(LOCK), "-o", str(lock)]


def _downloading(processor: str, python: str, lock: Path, into: Path) -> list[str]:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--requirement", str(lock)]
    command += ["--dest", str(into), "--python-version", python, "--implementation", "cp"]
    for minor in range(GLIBC_MINOR, 16, -1):
        command += ["--platform", f"manylinux_2_{minor}_{processor}"]
    return [*command, "--platform", f"manylinux2014_{processor}"]


def _run(command: list[str], target: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise DeployError(f"WHEELS: no packages for {target}:\n{done.stderr}{done.stdout}")
