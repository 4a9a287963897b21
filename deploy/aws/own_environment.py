"""Environments beside .venv, for tools whose packages must not be among ours."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from deploy.aws.errors import DeployError
from deploy.checkout_files import CHECKOUT

UV = Path(sys.executable).with_name("uv")


def own_environment(lock: Path, name: str) -> Path:
    """The folder build/NAME with what a lock names, made again when that has changed; raises DeployError."""
    folder = CHECKOUT / "build" / name
    mark = folder / hashlib.sha256(lock.read_bytes()).hexdigest()
    if not mark.exists():
        print(f"installing {lock.name.removesuffix('.lock')} in {folder.relative_to(CHECKOUT)}", flush=True)
        # As pip does: a network with an authority of its own is known to the system alone.
        options = ["--quiet", "--system-certs", "--require-hashes", "--python", str(folder)]
        for arguments in (
            ["venv", "--quiet", "--clear", "--python", sys.executable, str(folder)],
            ["pip", "install", *options, "-r", str(lock)],
        ):
            if subprocess.run([UV, *arguments]).returncode:
                raise DeployError(f"{lock.name.removesuffix('.lock')} could not be installed; see above")
        mark.touch()
    return folder
