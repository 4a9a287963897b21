"""The audit: a line for each change, with who made it."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from services.core.access.ports import AuditLine, AuditLog
from services.core.access.roles import Caller
from services.core.errors import UnavailableError

KEPT_S = 90 * 86_400.0
# Lines that wait for their log; of more the oldest are only in the process' log.
MOST_WAITING = 1000
MOST_CHARACTERS = 200
_EXPIRE_EVERY_S = 3600.0
# Microseconds since 1970 stay below this for 260 years.
_HIGHEST_US = 10**16

log = logging.getLogger(__name__)


class Audit:
    """Takes lines, whatever becomes of their log: docs/decisions/a-change-without-its-audit-line.md."""

    def __init__(self, lines: AuditLog, *, clock: Callable[[], float] = time.time) -> None:
        self._log, self._clock = lines, clock
        self._lock = threading.Lock()
        self._waiting: deque[AuditLine] = deque()
        self._lost = 0
        self._trouble: str | None = None
        self._expired_at_s = float("-inf")

    def note(self, caller: Caller, action: str, subject: str, *, call: str = "") -> None:
        """Keep what a caller has changed; a line that can't be written is logged, and waits."""
        at_s = self._clock()
        line = AuditLine(
            line_id(at_s, secrets.token_hex(2)), at_s, caller, call, action, subject[:MOST_CHARACTERS]
        )
        with self._lock:
            self._waiting.append(line)
            self._write()
            if self._trouble is not None:
                log.warning("audit line not written: %s (%s): %s", caller.name, caller.role, _said(line))
            while len(self._waiting) > MOST_WAITING:
                self._waiting.popleft()
                self._lost += 1

    def page(self, *, after: str = "", limit: int = 100) -> list[AuditLine]:
        """The next lines, newest first; raises UnavailableError."""
        return self._log.page(after=after, limit=limit)

    def state(self) -> dict[str, Any]:
        """Whether lines can be written, after another try with those that wait; and how many were lost."""
        with self._lock:
            if self._waiting:
                self._write()
            lost = f"; {self._lost} lines are only in the log" if self._lost else ""
            detail = None if self._trouble is None else f"{self._trouble}{lost}"
            return {"ok": self._trouble is None, "detail": detail, "waiting": len(self._waiting)}

    def _write(self) -> None:
        try:
            self._log.add(list(self._waiting))
            self._waiting.clear()
            self._trouble = None
        except UnavailableError as error:
            self._trouble = str(error)
        else:
            self._expire()

    def _expire(self) -> None:
        now_s = self._clock()
        if now_s - self._expired_at_s < _EXPIRE_EVERY_S:
            return
        self._expired_at_s = now_s
        try:
            self._log.expire(line_id(now_s - KEPT_S))
        except UnavailableError as error:
            log.warning("old lines of the audit were not deleted: %s", error)


def line_id(at_s: float, end: str = "") -> str:
    """The id of a line: in the order of ids the newest line is the first."""
    return f"{_HIGHEST_US - round(at_s * 1e6):017}{end}"


def _said(line: AuditLine) -> str:
    return f"{line.action}: {line.subject}" if line.subject else line.action
