"""The threads of numpy's linear algebra in the search process."""

import os
import subprocess
import sys

import pytest

from services.search.linear_algebra import limit_threads

# The entry point must set them before anything loads numpy; then it is asked for a product of large matrices.
ENTRY = """
import os, sys
import services.search.__main__ as entry
assert "numpy" not in sys.modules
entry.limit_threads(os.environ)
import numpy as np
big = np.ones((600, 600), np.float32)
assert (big @ big).all()
print(len(os.listdir("/proc/self/task")))
"""


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ("1", "1")),
        ({"LOOKALIKE_THREADS": ""}, ("1", "1")),
        ({"LOOKALIKE_THREADS": "many"}, ("1", "1")),
        ({"LOOKALIKE_THREADS": "4"}, ("4", "4")),
        ({"LOOKALIKE_THREADS": "4", "OMP_NUM_THREADS": "2"}, ("4", "2")),
    ],
)
def test_each_pool_has_the_threads_of_the_setting(given: dict[str, str], expected: tuple[str, str]) -> None:
    environ = dict(given)
    limit_threads(environ)
    assert (environ["OPENBLAS_NUM_THREADS"], environ["OMP_NUM_THREADS"]) == expected


@pytest.mark.parametrize("threads", [1, 3])
def test_the_process_sets_them_before_numpy_is_there(threads: int) -> None:
    own = ("LOOKALIKE_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
    environ = {name: value for name, value in os.environ.items() if name not in own}
    done = subprocess.run(
        [sys.executable, "-c", ENTRY],
        env=environ | {"LOOKALIKE_THREADS": str(threads)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) <= threads
