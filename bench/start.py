"""The time of the second `make run` until its first match: `python -m bench.start`."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tests.system.stack import eventually, running

RUNS = 3


def main() -> None:
    """Print the seconds from the command to the page's answer and to the first match record."""
    with tempfile.TemporaryDirectory() as folder:
        _start(Path(folder))  # the first run loads the samples
        for _ in range(RUNS):
            page_s, match_s = _start(Path(folder))
            print(f"second run: the page answers after {page_s:.1f} s, the first match after {match_s:.1f} s")


def _start(folder: Path) -> tuple[float, float]:
    began_s = time.monotonic()
    with running(folder, settings={}, command=["make", "run"]) as stack:
        page_s = time.monotonic() - began_s
        eventually(lambda: stack.get("/matches?limit=1").get("records"), within_s=60, why=stack.log)
        return page_s, time.monotonic() - began_s


if __name__ == "__main__":
    main()
