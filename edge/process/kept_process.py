"""A process that is started again when it ends, after pauses that grow."""

import contextlib
import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

_log = logging.getLogger(__name__)
FIRST_PAUSE_S, LAST_PAUSE_S = 1.0, 60.0
# Uptime after which the pause begins with the first one again.
_STEADY_S = 60.0


class KeptProcess:
    """One process; its standard input is a pipe that ends when we do, however we end. For one thread."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nothing is started before `keep`."""
        self.name = name
        # Why it does not run, or how it ended last; None once it has run steadily.
        self.trouble: str | None = None
        self._arguments, self._environ, self._clock = list(arguments), dict(environ), clock
        self._running: subprocess.Popen[bytes] | None = None
        self._pause_s, self._next_s, self._started_s = FIRST_PAUSE_S, float("-inf"), 0.0

    @property
    def pid(self) -> int | None:
        """The number of the process that runs."""
        return None if self._running is None else self._running.pid

    def keep(self) -> None:
        """Start it, unless it runs or its pause is not over."""
        now_s = self._clock()
        if self._running is not None:
            code = self._running.poll()
            if code is None:
                if now_s - self._started_s > _STEADY_S:
                    self._pause_s, self.trouble = FIRST_PAUSE_S, None
                return
            self._close()
            self._wait_before_next(now_s, _ended(code))
        if now_s >= self._next_s:
            self._start(now_s)

    def terminate(self) -> None:
        """Ask it to end."""
        self._signal(signal.SIGTERM)

    def wait(self, within_s: float) -> None:
        """Return when it has ended, by force after this time."""
        if self._running is None:
            return
        try:
            self._running.wait(within_s)
        except subprocess.TimeoutExpired:
            _log.warning("the process of %s does not end; killing it", self.name)
            self._signal(signal.SIGKILL)
            self._running.wait()
        self._close()

    def _start(self, now_s: float) -> None:
        try:
            # A session of its own: Ctrl-C reaches us alone, and we end it in order.
            self._running = subprocess.Popen(
                self._arguments, env=self._environ, stdin=subprocess.PIPE, start_new_session=True
            )
            self._started_s = now_s
        except OSError as error:
            self._wait_before_next(now_s, f"cannot be started: {error.strerror}")

    def _wait_before_next(self, now_s: float, why: str) -> None:
        self.trouble = f"its process {why}; started again after {self._pause_s:g} s"
        _log.error("camera %s: %s", self.name, self.trouble)
        self._next_s = now_s + self._pause_s
        self._pause_s = min(2 * self._pause_s, LAST_PAUSE_S)

    def _close(self) -> None:
        assert self._running is not None
        assert self._running.stdin is not None
        with contextlib.suppress(OSError):
            self._running.stdin.close()
        self._running = None

    def _signal(self, which: signal.Signals) -> None:
        if self._running is not None and self._running.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._running.pid, which)


def _ended(code: int) -> str:
    if code == -signal.SIGKILL:
        return "was killed (signal 9), as a system does that is out of memory"
    return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
