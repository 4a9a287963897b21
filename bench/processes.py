"""CPU time of a running process."""

from __future__ import annotations

import os
from pathlib import Path


def cpu_s(pid: int) -> float:
    """The CPU seconds of a process, in user and in kernel mode: fields 14 and 15 of stat in proc(5)."""
    # Counted from the command's closing bracket, as its name may hold blanks.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
