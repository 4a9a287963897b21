"""Logging: one line a record, as text on stderr for people or as JSON on stdout for what collects logs."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
from types import TracebackType
from typing import Literal

from services.core.wire import to_iso

Form = Literal["text", "json"]
# Their request lines would drown ours, and could hold what a user typed.
_NOISY = ("httpx", "httpcore", "uvicorn.access")

log = logging.getLogger(__name__)


class JsonFormatter(logging.Formatter):
    """A record as `{"time","level","process","message"}`, with `exception` where there was one."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """The line; whatever stands in the message, it is one."""
        line = {
            "time": to_iso(record.created),
            "level": record.levelname,
            "process": self._process,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def wanted_form() -> Form:
    """What the environment asks for, before the settings are known to be right."""
    return "json" if os.environ.get("LOOKALIKE_LOG_FORMAT", "").lower() == "json" else "text"


def configure_logs(level: str, *, process: str, form: Form = "text") -> None:
    """Send every logger's records of `level` and above out, with the process's name."""
    if form == "json":
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(JsonFormatter(process))
        # What Python itself would write to stderr.
        sys.excepthook = _uncaught
        threading.excepthook = _uncaught_in_thread
        logging.captureWarnings(True)
    else:
        handler = logging.StreamHandler()
        handler.setFormatter(_text(process))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _text(process: str) -> logging.Formatter:
    line = f"%(asctime)s.%(msecs)03dZ %(levelname)s {process}: %(message)s"
    form = logging.Formatter(line, "%Y-%m-%dT%H:%M:%S")
    form.converter = time.gmtime
    return form


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("ended by an exception", exc_info=(kind, error, trace))


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and not issubclass(told.exc_type, SystemExit):
        name = told.thread.name if told.thread else "?"
        trace = (told.exc_type, told.exc_value, told.exc_traceback)
        log.critical("the thread %s was ended by an exception", name, exc_info=trace)
