"""Child processes: they die with us, are restarted when they end, and are stopped in time."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from services.run.plan import Command

_CHILD = Path(__file__).with_name("child.py")
FIRST_BACKOFF_S = 0.5
MAX_BACKOFF_S = 10.0
# Uptime after which the backoff is reset.
STEADY_S = 30.0
STOP_WITHIN_S = 5.0
# Exit code of our processes for wrong input, after which a restart is useless.
BAD_INPUT = 2

log = logging.getLogger(__name__)


def mortal(arguments: list[str]) -> list[str]:
    """The command that runs `arguments` and dies with this process."""
    return [sys.executable, "-S", "-E", str(_CHILD), str(os.getpid()), *arguments]


class FatalExitError(Exception):
    """A process has ended because its settings are wrong."""


class StoppedError(Exception):
    """Someone pressed Ctrl-C or sent SIGTERM."""


class Process:
    """One supervised command."""

    def __init__(self, command: Command, environ: Mapping[str, str]) -> None:
        self.name = command.name
        self.stage = command.stage
        self._arguments = command.arguments
        self._environ = {**environ, **command.environ}
        self._running: subprocess.Popen[bytes] | None = None
        self._started_s = 0.0
        self._backoff_s = FIRST_BACKOFF_S
        self._next_start_s = 0.0

    def start(self) -> None:
        """Start it; to be called in the main thread, because the kernel watches the thread that forks."""
        # A session of its own: Ctrl-C reaches us alone, and we end the others in order.
        self._running = subprocess.Popen(
            mortal(self._arguments), env=self._environ, stdin=subprocess.DEVNULL, start_new_session=True
        )
        self._started_s = time.monotonic()

    def keep(self) -> None:
        """Restart it if it has ended and its backoff is over; raises FatalExitError for bad input."""
        now_s = time.monotonic()
        if self._running is not None:
            code = self._running.poll()
            if code is None:
                return
            self._running = None
            if code == BAD_INPUT:
                raise FatalExitError(f"{self.name} can't start with these settings")
            if now_s - self._started_s > STEADY_S:
                self._backoff_s = FIRST_BACKOFF_S
            log.error("%s ended with %d; next start in %g s", self.name, code, self._backoff_s)
            self._next_start_s = now_s + self._backoff_s
            self._backoff_s = min(self._backoff_s * 2, MAX_BACKOFF_S)
        if now_s >= self._next_start_s:
            self.start()

    def terminate(self) -> None:
        """Ask it to end."""
        self._signal(signal.SIGTERM)

    def wait(self) -> None:
        """Return when it has ended, by force after STOP_WITHIN_S."""
        if self._running is None:
            return
        try:
            self._running.wait(STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            log.warning("%s does not end; killing it", self.name)
            self._signal(signal.SIGKILL)
            self._running.wait()
        self._running = None

    def _signal(self, which: signal.Signals) -> None:
        if self._running is not None and self._running.poll() is None:
            os.killpg(self._running.pid, which)
