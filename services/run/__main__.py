"""Entry point of `make run`: `python -m services.run [--die-with-parent]`."""

from __future__ import annotations

import logging
import os
import signal
import sys
from types import FrameType

from services.bootstrap.process import configure_logs, run
from services.bootstrap.settings import RunSettings, load
from services.run.child import die_with_parent
from services.run.plan import make_plan
from services.run.prepare import lock_data_folder, prepare
from services.run.processes import BAD_INPUT, FatalExitError
from services.run.supervisor import Supervisor

log = logging.getLogger(__name__)


_stopping: list[bool] = []


class _StopError(BaseException):
    """Someone pressed Ctrl-C or sent SIGTERM."""


def main() -> int:
    """Start everything, print the page's address, and stop everything on SIGINT or SIGTERM."""
    if "--die-with-parent" in sys.argv[1:]:
        die_with_parent(os.getppid(), signal.SIGTERM)
    for which in (signal.SIGINT, signal.SIGTERM):
        signal.signal(which, _stop)
    settings = load(RunSettings)
    configure_logs(settings.log_level, process="run")
    with lock_data_folder(settings):
        plan = make_plan(settings)
        supervisor = Supervisor(plan, settings)
        try:
            prepare(settings, plan)
            supervisor.run()
        except _StopError:
            log.info("stopping")
        except FatalExitError:
            return BAD_INPUT  # it has said itself what is wrong
        finally:
            # A late signal must not leave half of them behind.
            _stopping.append(True)
            supervisor.stop()
    return 0


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """Interrupt what is going on, once: `make` and a terminal may both send a signal."""
    if not _stopping:
        _stopping.append(True)
        raise _StopError


if __name__ == "__main__":
    sys.exit(run(main))
