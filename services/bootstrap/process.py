"""What every process does first: logging, and one clear line instead of a traceback."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable

from services.core.domain import InputError, UnavailableError


def configure_logs(level: str, *, process: str) -> None:
    """One line a record on stderr: UTC time, level, the process's name."""
    line = f"%(asctime)s.%(msecs)03dZ %(levelname)s {process}: %(message)s"
    form = logging.Formatter(line, "%Y-%m-%dT%H:%M:%S")
    form.converter = time.gmtime
    handler = logging.StreamHandler()
    handler.setFormatter(form)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Their request lines would drown ours, and could hold what a user typed.
    for noisy in ("httpx", "httpcore", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def run(main: Callable[[], int]) -> int:
    """Run a process's main; an error of the input or of a dependency is one line and exit code 2 or 1."""
    try:
        return main()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except UnavailableError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
