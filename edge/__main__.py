"""`python -m edge`: run the edge until SIGTERM or Ctrl-C."""

import faulthandler
import signal
from types import FrameType

from edge.process.hard_exit import leave

# Who asked for the end does not wait longer than 5 s; what holds it up is then to be seen in the log.
_END_WITHIN_S = 4.5


class Stopping:
    """Remembers a signal; a plain flag, since a handler must not wait for a lock."""

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


def main() -> int:
    """Run the edge; exit code 0 after a signal, 1 when the model does not load, 2 for a bad setting."""
    stopping = Stopping()
    from edge.app import main as run_app  # only now, as the imports take half a second

    return run_app(stopping)


if __name__ == "__main__":
    leave(main())
