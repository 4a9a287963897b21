"""The progress of long work on stderr: a bar on a terminal, else a line every few seconds."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task
from rich.text import Text

from common.visible_text import visible
from services.cli.printed import tell

# Between two lines where there is no terminal: a log of an hour has 360.
LINE_EVERY_S = 10.0


class ShownProgress:
    """The progress of one task, `what`, of `total` items if that is known."""

    def __init__(
        self,
        what: str,
        total: int | None = None,
        *,
        unit: str = "items",
        every_s: float = LINE_EVERY_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._what, self._total, self._unit = what, total, unit
        self._every_s, self._clock = every_s, clock
        self._began_s = self._told_s = clock()
        self._bar: Progress | None = None
        if sys.stderr.isatty():
            columns = "{task.description}", BarColumn(), MofNCompleteColumn(), _Pace()
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(what, total=total, pace="")

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self, done: int, fresh: int | None = None) -> None:
        """Show the number of items that are done; `fresh` is the number of those that this run has done."""
        now_s = self._clock()
        # A bar that is drawn for each row of a million takes longer than the rows.
        if now_s - self._told_s < (0.1 if self._bar is not None else self._every_s) and done != self._total:
            return
        self._told_s = now_s
        pace = self._pace(done, done if fresh is None else fresh, now_s - self._began_s)
        if self._bar is not None:
            self._bar.update(self._task, completed=done, pace=pace)
        elif now_s - self._began_s >= self._every_s:  # short work needs no line
            of = f" of {self._total:,}" if self._total is not None else ""
            tell(", ".join(filter(None, (f"{self._what}: {done:,}{of}", pace))))

    def print(self, text: str) -> None:
        """Print a line above the bar."""
        if self._bar is None:
            tell(text)
        else:
            self._bar.console.print(visible(text), markup=False, highlight=False, soft_wrap=True)

    def _pace(self, done: int, fresh: int, took_s: float) -> str:
        """The items a second of this run, without those of earlier runs, and the time left."""
        if not fresh or took_s <= 0:
            return ""
        rate = fresh / took_s
        told = f"{rate:,.1f} {self._unit}/s"
        if self._total is None:
            return told
        return f"{told}, {timedelta(seconds=round((self._total - done) / rate))} left"


class _Pace(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(str(task.fields["pace"]))
