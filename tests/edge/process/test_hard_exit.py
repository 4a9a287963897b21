"""The end of an edge process."""

import subprocess
import sys

_PROGRAM = """
import atexit
from edge.process.hard_exit import leave
atexit.register(print, "the interpreter is taken apart")
print("what was written", end="")
leave(3)
"""


def test_it_ends_with_its_code_and_all_written_but_does_not_take_the_interpreter_apart() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (3, "what was written", "")
