"""A share of one processor core for processes: the kernel's own quota, in a control group of this machine."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_PERIOD_US = 100_000
# Enters the group $1, then becomes the command behind it.
_ENTER = 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"'


@contextlib.contextmanager
def quota(share: float) -> Iterator[Path]:
    """A control group whose processes together get a share of one core; needs root.

    They run for `share` x 100 ms and then stand still until the next 100 ms begin. Within its quota the group
    goes before all that runs outside of groups, so that what else the machine does changes little.
    """
    group = (_ROOT if (_ROOT / "cgroup.controllers").exists() else _ROOT / "cpu") / f"lookalike-{os.getpid()}"
    group.mkdir()
    try:
        if group.parent == _ROOT:
            (group / "cpu.max").write_text(f"{share * _PERIOD_US:.0f} {_PERIOD_US}")
            (group / "cpu.weight").write_text("10000")
        else:
            (group / "cpu.cfs_period_us").write_text(str(_PERIOD_US))
            (group / "cpu.cfs_quota_us").write_text(f"{share * _PERIOD_US:.0f}")
            (group / "cpu.shares").write_text("262144")
        yield group
    finally:
        group.rmdir()


def inside(group: Path, command: Sequence[str]) -> list[str]:
    """A command that begins its life in a group."""
    return ["sh", "-c", _ENTER, "sh", str(group), *command]
