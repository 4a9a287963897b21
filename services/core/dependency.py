"""A dependency's health: checked by real work now and then, with a line in the log when it changes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from common.redaction import redact
from services.core.errors import LoadingError, UnavailableError

# Does the dependency's work once; gives the facts that it found, if any, or raises UnavailableError.
Check = Callable[[], Mapping[str, Any] | None]

# Time for which a caller waits for another one's check.
_WAIT_S = 0.3

log = logging.getLogger(__name__)


class Dependency:
    """The newest outcome of a check; safe to use from several threads, of which one at a time checks."""

    def __init__(
        self,
        name: str,
        check: Check,
        *,
        every_s: float = 1.0,
        logs: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Check at most once in `every_s`, and not longer than half of the time; with 0 keep no good outcome.

        Without `logs` a change is not logged, as somebody else does it.
        """
        self._name, self._check, self._every_s = name, check, every_s
        self._logs, self._clock = logs, clock
        self._checking = threading.Lock()
        self._outcome: dict[str, Any] | None = None
        self._good_until_s = float("-inf")
        self._trouble: str | None = None

    @property
    def trouble(self) -> str | None:
        """What is wrong with it, in words; None if it works or is loading."""
        outcome = self.outcome()
        return None if outcome["ok"] or "loading" in outcome else str(outcome["detail"])

    def outcome(self) -> dict[str, Any]:
        """Whether it is `ok`, with the check's facts, or with `detail` and maybe `loading`."""
        outcome = self._outcome
        if outcome is not None and self._clock() < self._good_until_s:
            return outcome
        # While another thread waits for a dependency that hangs, its last outcome is given.
        if not self._checking.acquire(timeout=-1 if outcome is None else _WAIT_S):
            assert outcome is not None
            return outcome
        try:
            if self._outcome is None or self._clock() >= self._good_until_s:
                self._renew()
            assert self._outcome is not None
            return self._outcome
        finally:
            self._checking.release()

    def _renew(self) -> None:
        began_s = self._clock()
        outcome = _outcome(self._check)
        self._note(None if outcome["ok"] or "loading" in outcome else outcome["detail"])
        ended_s = self._clock()
        kept_s = max(self._every_s, ended_s - began_s) if self._every_s or not outcome["ok"] else 0.0
        self._outcome, self._good_until_s = outcome, ended_s + kept_s

    def _note(self, trouble: str | None) -> None:
        before, self._trouble = self._trouble, trouble
        if not self._logs or trouble == before:
            return
        if trouble is None:
            log.info("%s works again", self._name)
        else:
            log.warning("%s fails: %s; trying again", self._name, trouble)


def _outcome(check: Check) -> dict[str, Any]:
    try:
        return {"ok": True, **(check() or {})}
    except LoadingError as error:
        return {"ok": False, "detail": str(error), "loading": error.loading.to_json()}
    except UnavailableError as error:
        # Of any client's library: an address in it may hold a password.
        return {"ok": False, "detail": redact(str(error))}
    except Exception as error:  # a fault of ours must neither end who watches nor pass for health
        log.exception("a check failed by a fault of ours")
        return {"ok": False, "detail": redact(f"its check failed by a fault of ours: {error!r}"[:300])}
