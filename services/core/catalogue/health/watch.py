"""The latest report of the catalogue's health, made in a thread of its own when somebody asks for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from services.core.catalogue.health.check import HealthCheck
from services.core.catalogue.health.problem import Report
from services.core.errors import UnavailableError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HealthState:
    """The latest report, None before the first; `done` of `of` items of a running check, None without one."""

    report: Report | None
    checking: tuple[int, int] | None
    trouble: str | None


class HealthWatch:
    """Checks when somebody asks and the catalogue has changed; any thread may ask, and none waits."""

    def __init__(self, check: HealthCheck, head: Callable[[], int]) -> None:
        """`head` gives the cursor of the catalogue's newest change."""
        self._check, self._head = check, head
        self._lock = threading.Lock()
        self._report: Report | None = None
        self._checking: tuple[int, int] | None = None
        self._trouble: str | None = None

    def state(self, *, again: bool = False) -> HealthState:
        """What is known; a check begins if the catalogue has changed since, or with `again`.

        Raises UnavailableError if the catalogue can't be asked.
        """
        head = self._head()
        with self._lock:
            is_old = self._report is None or self._report.cursor != head or self._trouble is not None
            if self._checking is None and (again or is_old):
                self._checking = 0, 0
                threading.Thread(target=self._run, name="catalogue-health", daemon=True).start()
            return HealthState(self._report, self._checking, self._trouble)

    def _run(self) -> None:
        report, trouble = None, None
        try:
            report = self._check.run(self._note)
        except UnavailableError as error:
            trouble = str(error)
        except Exception:
            trouble = "the check failed; the api's log has the cause"
            log.exception("the check of the catalogue's health failed")
        with self._lock:
            self._report = report or self._report
            self._checking, self._trouble = None, trouble

    def _note(self, done: int, of: int) -> None:
        with self._lock:
            self._checking = done, of
