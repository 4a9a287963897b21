"""The memory that threads free, which glibc keeps for each thread unless it is told otherwise."""

from __future__ import annotations

import contextlib
import ctypes

_ARENA_MAX = -8  # of <malloc.h>


def share_freed_memory() -> None:
    """Let all threads that come take memory from one place, and give it back to the system.

    Else the thread that builds an index keeps up to 64 MB of what it has freed. Where there is no glibc,
    nothing is done.
    """
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
