"""`python -m edge`: run the edge until SIGTERM or Ctrl-C."""

import faulthandler
import os
import signal
import sys
import threading
from types import FrameType

from edge.process.hard_exit import leave

# Maximum time of the shutdown; after it the log shows what holds it up.
_END_WITHIN_S = 4.5


class Stopping:
    """The signal that asks for the end, noted in a plain flag, since a handler must not wait for a lock."""

    def __init__(self) -> None:
        self._asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._handle)

    def __call__(self) -> bool:
        """Whether a signal came."""
        return self._asked

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
        faulthandler.dump_traceback_later(_END_WITHIN_S, exit=True)


def _end_with_edge() -> None:
    """End when the edge that runs this camera has ended, however: then the pipe to us is closed."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    """Run the edge; exit code 0 after a signal, 1 when the model does not load, 2 for a bad setting."""
    stopping = Stopping()
    if os.environ.get("LOOKALIKE_RUN_BY"):
        threading.Thread(target=_end_with_edge, name="edge", daemon=True).start()
    from edge.app import START_AGAIN  # after the handlers, as these imports take half a second
    from edge.app import main as run_app

    code = run_app(stopping)
    if code == START_AGAIN:
        # The same process: who has started it goes on waiting for it.
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
    return code


if __name__ == "__main__":
    leave(main())
