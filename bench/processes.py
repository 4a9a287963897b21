"""CPU time and memory of a running process."""

from __future__ import annotations

import os
import re
from pathlib import Path


def cpu_s(pid: int) -> float:
    """The CPU seconds of a process, in user and in kernel mode: fields 14 and 15 of stat in proc(5)."""
    # Counted from the command's closing bracket, as its name may hold blanks.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pss_mib(pid: int) -> float:
    """The memory of a process in MiB, of what it shares its part: Pss of smaps_rollup in proc(5)."""
    found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024
