"""Entry point of `make run`: `python -m services.run [--die-with-parent]`."""

from __future__ import annotations

import logging
import os
import signal
import sys

from common.logs import configure_logs
from services.bootstrap.process import run_service
from services.bootstrap.settings import RunSettings, load
from services.run.child import die_with_parent
from services.run.plan import make_plan
from services.run.prepare import lock_data_folder, prepare
from services.run.processes import BAD_INPUT, FatalExitError, StoppedError
from services.run.supervisor import Supervisor

log = logging.getLogger(__name__)


_asked: list[int] = []


def main() -> int:
    """Start everything, print the page's address, and stop everything on SIGINT or SIGTERM."""
    if "--die-with-parent" in sys.argv[1:]:
        die_with_parent(os.getppid(), signal.SIGTERM)
    for which in (signal.SIGINT, signal.SIGTERM):
        # The signal is only noted: an exception from a handler could come just after a lock was taken.
        signal.signal(which, lambda number, _frame: _asked.append(number))
    # The data folder and all files that our processes write in it are for the owner alone.
    os.umask(0o077)
    settings = load(RunSettings)
    configure_logs(settings.log_level, process="run", form=settings.log_format)
    with lock_data_folder(settings):
        plan = make_plan(settings)
        supervisor = Supervisor(plan, settings, stopping=lambda: bool(_asked))
        try:
            prepare(settings, plan)
            supervisor.run()
        except StoppedError:
            log.info("stopping")
        except FatalExitError:
            return BAD_INPUT  # the process has logged the cause itself
        finally:
            supervisor.stop()
    return 0


if __name__ == "__main__":
    sys.exit(run_service(main, process="run"))
