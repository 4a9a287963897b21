"""The host of a function: its cold start, its log, and the counts of what it refuses."""

from __future__ import annotations

import contextlib
import logging
import os
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from common.logs import configure_logs
from services.core.errors import InputError, UnavailableError

# Time that is left for an answer after the work that is bounded, in seconds.
RESERVE_S = 2.0
# Drops that are nobody's fault.
_HARMLESS = frozenset({"status_line", "overtaken"})

log = logging.getLogger(__name__)


class Context(Protocol):
    """What Lambda tells of a call."""

    def get_remaining_time_in_millis(self) -> int:
        """The time after which the call is ended."""


# Answers one event.
Handle = Callable[[object, Context], Any]


class Host:
    """A function's handler: builds its parts once a cold start, and gives it each event."""

    def __init__(self, process: str, build: Callable[[], Handle]) -> None:
        """`process` is its name in the log; `build` makes its parts from the environment."""
        self._process, self._build = process, build
        self._handle: Handle | None = None

    def warm_up(self) -> None:
        """On Lambda build the parts now, with the whole processor that a cold start has; else do nothing."""
        if "AWS_LAMBDA_RUNTIME_API" not in os.environ:
            return
        with contextlib.suppress(InputError, UnavailableError):  # logged; the first event tries again
            self._built()

    def __call__(self, event: object, context: Context) -> Any:
        """Answer an event; raises InputError for wrong settings."""
        return self._built()(event, context)

    def _built(self) -> Handle:
        if self._handle is None:
            level = os.environ.get("LOOKALIKE_LOG_LEVEL") or "INFO"
            configure_logs(level, process=self._process, form="json")
            try:
                self._handle = self._build()
            except (InputError, UnavailableError) as error:
                log.error("%s", error)
                raise
        return self._handle


def left_s(context: Context) -> float:
    """The seconds that a call may spend before its answer."""
    return max(0.0, context.get_remaining_time_in_millis() / 1000 - RESERVE_S)


def log_counts(dropped: Counter[str]) -> None:
    """One line with the number of a call's refusals by reason, if there are any."""
    if not dropped:
        return
    level = logging.INFO if dropped.keys() <= _HARMLESS else logging.WARNING
    log.log(level, "dropped: %s", in_words(dropped), extra={"counts": dict(sorted(dropped.items()))})


def in_words(counts: Mapping[str, int]) -> str:
    """Counts as text, such as `field 2, stale 1`."""
    return ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items()))
