"""Shows that the loop turns, by a file's time, and checks it: `python -m edge.alive [--within S]`.

The check imports the standard library alone, because it runs every few seconds.
"""

import argparse
import logging
import os
import sys
import time
from pathlib import Path

_VARIABLE = "LOOKALIKE_ALIVE_FILE"
_EVERY_S = 1.0
WITHIN_S = 15.0

_log = logging.getLogger(__name__)


class Alive:
    """Touches a file, at most once a second; without one it does nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._due_s = 0.0
        self._failed = False

    def beat(self) -> None:
        """Tell that the loop has come round."""
        now_s = time.monotonic()
        if self._path is None or now_s < self._due_s:
            return
        self._due_s = now_s + _EVERY_S
        try:
            self._path.touch()
        except OSError as error:
            if not self._failed:
                _log.error("%s: %s can't be written: %s", _VARIABLE, self._path, error.strerror)
            self._failed = True


def trouble(path: Path, *, within_s: float) -> str | None:
    """Why the edge that touches this file does not do its work, None if it does."""
    try:
        still_s = time.time() - path.stat().st_mtime
    except OSError as error:
        return f"{path} can't be read: {error.strerror}; the loop has not begun"
    # A clock that was set back shows as well, until the next beat.
    return f"the loop has not turned for {still_s:.0f} s" if abs(still_s) > within_s else None


def main() -> int:
    """Exit code 0 if the loop has turned lately, 1 if it has not, 2 for wrong input."""
    parser = argparse.ArgumentParser(
        prog="python -m edge.alive", description="Whether the edge does its work."
    )
    parser.add_argument("--within", type=float, default=WITHIN_S, metavar="S", help="seconds (%(default)g)")
    within_s = parser.parse_args().within
    path = os.environ.get(_VARIABLE)
    if not path:
        print(f"error: {_VARIABLE} is not set; expected the file that the edge touches", file=sys.stderr)
        return 2
    found = trouble(Path(path), within_s=within_s)
    if found is not None:
        print(f"error: {found}", file=sys.stderr)
    return 0 if found is None else 1


if __name__ == "__main__":
    sys.exit(main())
