"""The end of an emulated program: its published messages are sent, then the process ends."""

import os
import signal
import threading
from collections.abc import Callable

from edge.process.hard_exit import leave

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_ASKED = b"\0"  # a number that no signal has


class Shutdown:
    """Waits in a thread of its own for a signal or a call of `ask`; then closes, flushes and leaves.

    It raises no exception: the program may swallow it, and its other threads may never end.
    """

    def __init__(self) -> None:
        """Begin to wait; call this in the main thread."""
        self.close: Callable[[str], object] = lambda _reason: None
        """The first action at the end, called with its reason."""
        self._code, self._reason = 0, "stopped"
        self._asking = threading.Lock()
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._writing, False)
        # A signal's number is written at once, also while the main thread waits in a C function.
        signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)
        for number in _SIGNALS:
            signal.signal(number, lambda *_: None)
        os.register_at_fork(before=_hold, after_in_parent=_release, after_in_child=_forget)
        threading.Thread(target=self._wait, name="ending", daemon=True).start()

    def ask(self, code: int, reason: str) -> None:
        """End with this exit code; the call does not return."""
        self._asking.acquire()  # never released: the first caller's code counts, all others wait for the end
        self._code, self._reason = code, reason
        os.write(self._writing, _ASKED)
        threading.Event().wait()

    def _wait(self) -> None:
        while os.read(self._reading, 1)[0] not in (*_SIGNALS, *_ASKED):
            pass  # a signal that the program handles itself
        try:
            self.close(self._reason)
        finally:
            leave(self._code)


def _hold() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)


def _release() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)


def _forget() -> None:
    """Leave the signals of a child process, which the program may fork, to that child."""
    signal.set_wakeup_fd(-1)
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    _release()
