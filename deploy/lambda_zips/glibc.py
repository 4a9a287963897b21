"""The C library that native modules need: what is newer than Lambda's fails at a function's first call."""

from __future__ import annotations

import re
from pathlib import Path

from deploy.lambda_zips.errors import ZipError
from deploy.lambda_zips.targets import Runtime

_SYMBOLS = re.compile(rb"GLIBC_2\.(\d+)")


def check_glibc(folder: Path, runtime: Runtime) -> None:
    """Raise ZipError for a native module in the folder that the runtime's C library can't load."""
    for path in sorted(folder.rglob("*.so*")):
        needed = max((int(minor) for minor in _SYMBOLS.findall(path.read_bytes())), default=0)
        if needed > runtime.glibc:
            raise ZipError(
                f"{path.relative_to(folder)} needs glibc 2.{needed}; Lambda's Python {runtime.python} has "
                f"2.{runtime.glibc}"
            )
