"""The memory that this process may still take, on Linux."""

from pathlib import Path

_SYSTEM = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")


def free_memory_bytes(*, system: Path = _SYSTEM, group: Path = _GROUP) -> int | None:
    """What the machine has, or the container has left if that is less; None where it cannot be told."""
    return min((each for each in (_of_system(system), _of_group(group)) if each is not None), default=None)


def _of_system(path: Path) -> int | None:
    try:
        for line in path.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        return None
    return None


def _of_group(folder: Path) -> int | None:
    try:
        most = int((folder / "memory.max").read_text(encoding="ascii"))
        used = int((folder / "memory.current").read_text(encoding="ascii"))
        stat = dict(
            line.split() for line in (folder / "memory.stat").read_text(encoding="ascii").splitlines()
        )
        # Of files, which the system drops when memory is wanted.
        return most - used + int(stat.get("inactive_file", 0))
    except (OSError, ValueError):  # no limit is the word `max`
        return None
