"""The packages of a zip, for its processor and Python, whatever this machine has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from deploy.lambda_zips.errors import ZipError
from deploy.lambda_zips.targets import ARCHITECTURES, Target

UV = Path(sys.executable).parent / "uv"


def install(target: Target, into: Path) -> None:
    """Unpack the wheels that the target's lock names, checked by hash; uv keeps them for the next build."""
    platform = f"{ARCHITECTURES[target.architecture]}-{target.runtime.uv_platform}"
    command = [str(UV), "pip", "install", "--quiet", "--system-certs"]
    command += ["--python", sys.executable, "--target", str(into)]
    command += ["--python-version", target.runtime.python, "--python-platform", platform]
    command += ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--requirements", str(target.lock)]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise ZipError(f"{target.name}: no packages as {target.lock.name} names them:\n{done.stderr}")
