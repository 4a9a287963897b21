"""A file whose time shows that the loop turns.

It imports the standard library alone, because the check runs every few seconds.
"""

import logging
import time
from pathlib import Path

VARIABLE = "LOOKALIKE_ALIVE_FILE"
_EVERY_S = 1.0

_log = logging.getLogger(__name__)


class AliveFile:
    """Touches a file, at most once a second; without one it does nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._due_s = 0.0
        self._failed = False

    def beat(self) -> None:
        """Note that the loop has turned."""
        now_s = time.monotonic()
        if self._path is None or now_s < self._due_s:
            return
        self._due_s = now_s + _EVERY_S
        try:
            self._path.touch()
        except OSError as error:
            if not self._failed:
                _log.error("%s: %s can't be written: %s", VARIABLE, self._path, error.strerror)
            self._failed = True


def trouble(path: Path, *, within_s: float) -> str | None:
    """The reason why the edge that touches this file does not work, None if it does."""
    try:
        still_s = time.time() - path.stat().st_mtime
    except OSError as error:
        return f"{path} can't be read: {error.strerror}; the loop has not begun"
    # A clock that was set back counts as trouble too, until the next beat.
    return f"the loop has not turned for {still_s:.0f} s" if abs(still_s) > within_s else None
