"""Memory of a running process."""

from pathlib import Path


def resident_bytes(pid: int) -> int:
    """Its memory now."""
    return _status(pid, "VmRSS")


def peak_bytes(pid: int) -> int:
    """Its largest memory so far."""
    return _status(pid, "VmHWM")


def _status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith(f"{name}:")]
    return int(line.split()[1]) * 1024
