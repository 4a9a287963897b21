"""Bytecode for a Python of Lambda: a function can't keep it, and compiling takes seconds of a cold start."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from deploy.lambda_zips.errors import ZipError

# Where Lambda unpacks a zip, for the lines of a traceback.
TASK_ROOT = "/var/task"
_ASK = "import sys; print('%d.%d' % sys.version_info[:2], sys.version_info.releaselevel, sys.executable)"


@functools.cache
def find_python(version: str) -> Path | None:
    """A Python of a version such as 3.12 on this machine; None without one."""
    for path in _candidates(version):
        done = subprocess.run([path, "-I", "-S", "-c", _ASK], capture_output=True, text=True)
        found, _, executable = done.stdout.strip().partition(" final ")
        if found == version and executable:
            return Path(executable)  # what was found may be pyenv's script that starts it
    return None


def _candidates(version: str) -> Iterator[Path]:
    yield Path(sys.executable)
    name = f"python{version}"
    if found := shutil.which(name):
        yield Path(found)
    # pyenv's command of this name runs only versions that are chosen; uv's may not be in the PATH.
    pyenv = Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser()
    uv = Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser() / "uv/python"
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/{name}"))
    yield from sorted(uv.glob(f"cpython-{version}.*/bin/{name}"))


def compile_all(python: Path, folder: Path) -> None:
    """Write the bytecode of all modules in a folder, the same bytes wherever the folder is.

    Python takes it without looking at the source, whose time an unpacked zip does not keep.
    """
    command = [str(python), "-S", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(folder), "-p", TASK_ROOT, str(folder)]
    # Sets of constants are written in the order of their hashes.
    done = subprocess.run(command, env={"PYTHONHASHSEED": "0"}, capture_output=True, text=True)
    if done.returncode:
        raise ZipError(f"{python} can't compile all modules:\n{done.stdout}{done.stderr}")
