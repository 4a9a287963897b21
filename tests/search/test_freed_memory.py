"""The memory that a thread of the search process has freed."""

import platform
import subprocess
import sys

# Pieces that come from an arena of the thread's own, if there is one; the last one keeps the others in it.
THREAD = """
import sys, threading
import services.search.__main__ as entry
from pathlib import Path
if sys.argv[1] == "shared":
    entry.share_freed_memory()
import numpy as np
for _ in range(2):
    np.ones(20 << 20, np.uint8)  # glibc takes pieces of this size from an arena once it has seen one freed
def work():
    pieces = [np.ones(8 << 20, np.uint8) for _ in range(6)]
    kept.append(np.ones(1 << 10, np.uint8))
kept = []
thread = threading.Thread(target=work)
thread.start()
thread.join()
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(int(status["RssAnon"].split()[0]) >> 10)
"""


def resident_mib(kind: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", THREAD, kind], capture_output=True, text=True, check=True, timeout=60
    )
    return int(done.stdout)


def test_a_thread_keeps_little_of_what_it_has_freed() -> None:
    if platform.libc_ver()[0] == "glibc":
        assert resident_mib("shared") < resident_mib("not shared") - 20
