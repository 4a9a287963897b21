"""Logging of the edge: one line a record, text on stderr or JSON on stdout, and no passwords."""

import json
import logging
import os
import sys
import threading
from types import TracebackType

from edge.redact import redact
from services.core.wire import to_iso

_log = logging.getLogger(__name__)


class LineFormatter(logging.Formatter):
    """Formats a record, its traceback included, as one redacted line with UTC time, level and logger."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = f"{to_iso(record.created)} {record.levelname} {record.name}: {super().format(record)}"
        return redact(line).replace("\n", " | ")


class JsonFormatter(logging.Formatter):
    """Formats a record as one redacted JSON object: time, level, process, message, maybe exception."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "time": to_iso(record.created),
            "level": record.levelname,
            "process": self._process,
            "message": redact(record.getMessage()),
        }
        if record.exc_info:
            line["exception"] = redact(self.formatException(record.exc_info))
        return json.dumps(line)


def start_logging(level: str, *, process: str, form: str = "text") -> None:
    """Send every logger's records of `level` and above out; `form` is text or json."""
    if form == "json":
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(JsonFormatter(process))
        # What Python itself would write to stderr, passwords and all.
        sys.excepthook = _uncaught
        threading.excepthook = _uncaught_in_thread
        logging.captureWarnings(True)
    else:
        handler = logging.StreamHandler()
        handler.setFormatter(LineFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def refuse(text: str, *, process: str) -> int:
    """Say what is wrong with a setting in the form of the log, and return the exit code."""
    # The settings are not known to be right.
    if os.environ.get("LOOKALIKE_LOG_FORMAT", "").lower() == "json":
        start_logging("info", process=process, form="json")
        _log.error("%s", text)
    else:
        print(f"error: {text}", file=sys.stderr)
    return 2


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _log.critical("ended by an exception", exc_info=(kind, error, trace))


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and not issubclass(told.exc_type, SystemExit):
        name = told.thread.name if told.thread else "?"
        trace = (told.exc_type, told.exc_value, told.exc_traceback)
        _log.critical("the thread %s was ended by an exception", name, exc_info=trace)
