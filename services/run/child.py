"""Runs a command that dies with its parent: `python -S child.py PARENT_PID COMMAND …`.

PR_SET_PDEATHSIG survives exec, so that even Redis ends when the supervisor is killed with -9.
Standard library alone: this runs before each process.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def die_with_parent(parent: int, how: signal.Signals) -> None:
    """Ask the kernel for a signal when the parent ends; exits at once if it has ended already."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, how, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]), signal.SIGKILL)
    os.execv(sys.argv[2], sys.argv[2:])
