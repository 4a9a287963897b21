"""The use case of an import: jobs become items, and a writer keeps them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from services.core.importing.import_rows import BadRow
from services.core.importing.item_maker import Job, Made, Maker
from services.core.importing.journal import Journal
from services.core.importing.twins import Twins
from services.core.importing.worker_threads import Chunks


@dataclass(frozen=True, slots=True)
class Written:
    """The outcome of one write: the newest change's cursor, and why items were refused.

    `refused` has the reasons by the number of the item in that write, from 1.
    """

    change: int
    refused: Mapping[int, str] = field(default_factory=dict)


class ImportWriter(Protocol):
    """Keeps finished items: the stores themselves, or the api of a running system on its behalf."""

    def write(self, made: Sequence[Made]) -> Written:
        """Add or replace items, at least one; durable on return. Raises UnavailableError.

        The items that are refused are not kept, and all others are.
        """

    def settle(self, change: int) -> None:
        """Return when all items written up to this change can be found.

        Raises UnavailableError if that takes too long.
        """


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """Progress of an import, in items.

    `kept` are in the store; `made_again` of them came with vectors of another model or recipe, and have new
    ones. `before` were kept by an earlier run. `change` is the newest change's cursor, 0 if nothing was kept.
    """

    kept: int = 0
    made_again: int = 0
    refused: int = 0
    before: int = 0
    change: int = 0


def _ignore(_told: object) -> None: ...


class ImportRun:
    """One running import; it goes on where an earlier one of the same journal stopped.

    `on_refused` is called with each item that is not taken, `on_step` with the counts after each change of
    them; both in the thread of `run` or in the one that writes.
    """

    def __init__(
        self,
        maker: Maker,
        writer: ImportWriter,
        *,
        journal: Journal | None = None,
        on_step: Callable[[ImportCounts], None] = _ignore,
        on_refused: Callable[[BadRow], None] = _ignore,
    ) -> None:
        self._maker, self._writer, self._journal = maker, writer, journal
        self._on_step, self._on_refused = on_step, on_refused
        self._lock = threading.Lock()
        self.counts = ImportCounts()
        # The items that this run kept, of which the twins can be asked for.
        self.twins = Twins()

    def run(self, jobs: Iterable[Job | BadRow]) -> ImportCounts:
        """Make and write all items; when interrupted, write those already made.

        It raises the writer's errors, and writes nothing after one.
        """
        with Chunks(self._write, size=lambda made: made.size) as chunks:
            try:
                for made in self._maker.make_all(self._not_kept_before(jobs)):
                    if isinstance(made, BadRow):
                        self._refuse(made)
                    else:
                        chunks.add(made)
            except KeyboardInterrupt:
                chunks.close()
                raise
        if self._journal is not None:
            self._journal.finish()
        return self.counts

    def _not_kept_before(self, jobs: Iterable[Job | BadRow]) -> Iterator[Job]:
        for job in jobs:
            if isinstance(job, BadRow):
                self._refuse(job)
            elif self._journal is not None and job.mark in self._journal:
                self._count(before=1)
            else:
                yield job

    def _write(self, chunk: Sequence[Made]) -> None:
        """Write a chunk, then note the acknowledged items."""
        written = self._writer.write(chunk)
        kept = [made for number, made in enumerate(chunk, 1) if number not in written.refused]
        if self._journal is not None:
            self._journal.note((made.job.mark, made.item.id) for made in kept)
        self.twins.add(made.item for made in kept)
        self._count(kept=len(kept), made_again=sum(made.made_again for made in kept), change=written.change)
        for number, reason in written.refused.items():
            self._refuse(BadRow(chunk[number - 1].job.where, reason))

    def _refuse(self, row: BadRow) -> None:
        self._count(refused=1)
        self._on_refused(row)

    def _count(
        self, *, kept: int = 0, made_again: int = 0, refused: int = 0, before: int = 0, change: int = 0
    ) -> None:
        with self._lock:
            now = self.counts
            self.counts = replace(
                now,
                kept=now.kept + kept,
                made_again=now.made_again + made_again,
                refused=now.refused + refused,
                before=now.before + before,
                change=max(now.change, change),
            )
            self._on_step(self.counts)
