"""Tests of cameras' addresses before they are kept, each in a process of its own that has to end in time."""

import contextlib
import logging
import subprocess
import sys
import threading

from common.redaction import redact

_log = logging.getLogger(__name__)
WITHIN_S = 15.0
# Exit code of a test that has a reason for no picture.
NO_PICTURE = 3
_AT_ONCE = 2
BUSY = "two other cameras are being tested; try again in a moment"


class Trials:
    """Tests addresses, a few at once; threads may share it."""

    def __init__(self, *, allow_local: bool, within_s: float = WITHIN_S) -> None:
        """`allow_local`: addresses of this machine, too."""
        self._allow_local, self._within_s = allow_local, within_s
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def run(self, source: str, *, most_bytes: int) -> bytes | str:
        """A JPEG of at most `most_bytes`, or the reason in words why there is none."""
        with self._lock:
            if self._stopped or len(self._running) >= _AT_ONCE:
                return BUSY
            trial = subprocess.Popen(
                [sys.executable, "-m", "edge.trial", str(most_bytes), *["--local"] * self._allow_local],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._running.add(trial)
        try:
            answer, _ = trial.communicate(source.encode() + b"\n", timeout=self._within_s)
        except subprocess.TimeoutExpired:
            return f"no picture within {self._within_s:g} s: the camera does not answer"
        finally:
            with self._lock:
                self._running.discard(trial)
            with trial:
                trial.kill()
        if trial.returncode == 0 and answer:
            return answer
        if trial.returncode == NO_PICTURE:
            return redact(answer.decode(errors="replace").strip())[:300] or "no picture"
        _log.error("the test of a camera ended with %d", trial.returncode)
        return "the test itself failed; the log of the edge may say more"

    def stop(self) -> None:
        """End all that run, and begin no more."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for trial in running:
            with contextlib.suppress(OSError):
                trial.kill()
