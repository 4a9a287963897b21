"""Logging of every process: one line a record, text on stderr or JSON on stdout, and no passwords."""

import json
import logging
import os
import sys
import threading
from types import TracebackType
from typing import Literal

from common.redaction import redact
from common.visible_text import visible
from common.wire import to_iso

LogFormat = Literal["text", "json"]
# These libraries' request lines would drown ours, and may hold a user's input.
_NOISY = ("httpx", "httpcore", "mangum", "uvicorn.access")

_log = logging.getLogger(__name__)


class LineFormatter(logging.Formatter):
    """Formats a record, its traceback included, as one redacted line with UTC time, level and process."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        # The message's own line ends may be somebody else's: they are escapes, unlike those of a traceback.
        said = visible(record.getMessage())
        line = f"{to_iso(record.created)} {record.levelname} {self._process}: {said}"
        if record.exc_info:
            line += f"\n{self.formatException(record.exc_info)}"
        return visible(redact(line).replace("\n", " | "))


class JsonFormatter(logging.Formatter):
    """Formats a record as one redacted JSON object: time, level, process, message, exception, counts."""

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
        counts = getattr(record, "counts", None)
        return json.dumps(line if counts is None else {**line, "counts": counts})


def wanted_format() -> LogFormat:
    """The format that the environment names, before the settings are checked."""
    return "json" if os.environ.get("LOOKALIKE_LOG_FORMAT", "").lower() == "json" else "text"


def configure_logs(level: str, *, process: str, form: LogFormat = "text") -> None:
    """Send every logger's records of `level` and above out, with the name of the process."""
    if form == "json":
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(JsonFormatter(process))
        # Python itself would write these to stderr, with passwords.
        sys.excepthook = _uncaught
        threading.excepthook = _uncaught_in_thread
        logging.captureWarnings(True)
    else:
        handler = logging.StreamHandler()
        handler.setFormatter(LineFormatter(process))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)


def refuse(text: str, *, process: str) -> int:
    """Say what is wrong with a setting in the format of the log, and return the exit code, 2."""
    if wanted_format() == "json":
        configure_logs("info", process=process, form="json")
        _log.error("%s", text)
    else:
        print(f"error: {visible(text)}", file=sys.stderr)
    return 2


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    _log.critical("ended by an exception", exc_info=(kind, error, trace))


def _uncaught_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None and not issubclass(told.exc_type, SystemExit):
        name = told.thread.name if told.thread else "?"
        trace = (told.exc_type, told.exc_value, told.exc_traceback)
        _log.critical("the thread %s was ended by an exception", name, exc_info=trace)
