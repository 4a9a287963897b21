"""The exit of an edge process that may have left a thread behind in a camera's driver."""

import contextlib
import os
import sys
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """End with this exit code, output flushed, without shutting the interpreter down.

    A thread that returns from a library during that shutdown may crash the process: PyAV asks for the
    interpreter's lock at each of its time-outs, https://docs.python.org/3/c-api/init.html#c.PyGILState_Ensure
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)
