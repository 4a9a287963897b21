"""Environments beside .venv, for tools whose packages must not be among ours."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from deploy.checkout_files import CHECKOUT

UV = Path(sys.executable).with_name("uv")


def own_environment(lock: Path, name: str) -> Path:
    """The folder build/NAME with what a lock names, made again when that has changed."""
    folder = CHECKOUT / "build" / name
    mark = folder / hashlib.sha256(lock.read_bytes()).hexdigest()
    if not mark.exists():
        print(f"installing {lock.name.removesuffix('.lock')} in {folder.relative_to(CHECKOUT)}", flush=True)
        subprocess.run([UV, "venv", "--quiet", "--clear", "--python", sys.executable, folder], check=True)
        options = ["--quiet", "--require-hashes", "--python", str(folder)]
        subprocess.run([UV, "pip", "install", *options, "-r", lock], check=True)
        mark.touch()
    return folder
