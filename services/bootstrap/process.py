"""The frame of every process: logging, and one clear line instead of a traceback."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from common.logs import LogFormat, configure_logs, wanted_format
from common.redaction import redact
from common.visible_text import visible
from services.core.errors import InputError, UnavailableError, no_space_told

log = logging.getLogger(__name__)


def run_service(main: Callable[[], int], *, process: str) -> int:
    """Run a service's main as `run` does, its errors in the form of its log."""
    form = wanted_format()
    if form == "json":  # before the settings, which may be refused
        configure_logs("INFO", process=process, form=form)
    return run(main, form=form)


def run(main: Callable[[], int], *, form: LogFormat = "text") -> int:
    """Run a process's main; an error of the input or of a dependency is one line and exit code 2 or 1."""
    try:
        with no_space_told("a file can't be written"):
            return main()
    except InputError as error:
        _say(error, form)
        return 2
    except UnavailableError as error:
        _say(error, form)
        return 1
    except KeyboardInterrupt:
        return 130


def _say(error: Exception, form: LogFormat) -> None:
    if form == "json":
        log.error("%s", error)
    else:
        print(f"error: {visible(redact(str(error)))}", file=sys.stderr)
