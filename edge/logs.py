"""Logging of the edge: stderr, one line a record, no passwords."""

import logging

from edge.redact import redact
from services.core.wire import to_iso


class LineFormatter(logging.Formatter):
    """Formats a record, its traceback included, as one redacted line with UTC time, level and logger."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = f"{to_iso(record.created)} {record.levelname} {record.name}: {super().format(record)}"
        return redact(line).replace("\n", " | ")


def start_logging(level: str) -> None:
    """Send every logger's records of `level` and above to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
