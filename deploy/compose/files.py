"""Files on the volume `secrets`."""

from __future__ import annotations

import os
from pathlib import Path


def replace(path: Path, content: bytes, *, mode: int, group: int = -1) -> None:
    """Write a file atomically: a reader finds the old content or the new one, never a part."""
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=mode)
    os.chown(unfinished, -1, group)
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.chmod(mode)  # whatever the umask is
    unfinished.replace(path)
