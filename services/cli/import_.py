"""`lookalike items import`: many items at once."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task
from rich.text import Text

from services.bootstrap.settings import CliSettings, load
from services.cli.import_sources import open_source
from services.cli.running_system import ImportWriter, open_keeper
from services.core.domain import UnavailableError
from services.core.importing.import_rows import BadRow
from services.core.importing.item_maker import Job, Made, Maker
from services.core.importing.journal import Journal, mark_of
from services.core.importing.worker_threads import Chunks

INTERRUPTED = 130


def import_items(
    source: Annotated[
        str,
        typer.Argument(help="Folder, .csv, .jsonl, .txt of `title, url` lines, .zip of an export, s3://…"),
    ],
) -> None:
    """Add the items of a folder, a file, an archive or S3; returns when all of them can be found.

    A .csv or .jsonl has the columns id, title, image (a path from the file's folder) or url, and link; any
    more are metadata. A .txt has the 2018 sample's lines `title, url`.

    Rows that can't be read, and the second row of an id, are reported with their reasons and the rest goes
    in; the exit code is then 1. Interrupted or killed, the same command goes on where it stopped (it notes
    that in DATA_DIR/imports/). While the system runs it writes through the api.
    """
    settings = load(CliSettings)
    with (
        open_keeper(settings) as (maker, keeper),
        open_source(source, settings, model=maker.featurizer.fingerprint) as found,
        open_journal(settings, found.name) as journal,
        open_progress() as progress,
    ):
        running = Import(maker, keeper, journal, progress, total=found.total)
        try:
            running.run(found.jobs)
        except KeyboardInterrupt:
            print(f"interrupted, {running.so_far}", file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None
        except UnavailableError as error:
            raise UnavailableError(f"{error}; {running.so_far}") from None
        journal.finish()
        keeper.settle()
    print(running.outcome, file=sys.stderr)
    raise typer.Exit(1 if running.refused else 0)


class Import:
    """One import on its way."""

    def __init__(
        self, maker: Maker, keeper: ImportWriter, journal: Journal, progress: Progress, *, total: int
    ) -> None:
        self._maker, self._keeper, self._journal = maker, keeper, journal
        self._progress, self._total = progress, total
        self._task = progress.add_task("importing", total=total, fresh=0)
        self.kept = self.before = self.refused = self.anew = 0

    def run(self, jobs: Iterable[Job | BadRow]) -> None:
        """Make and hand over all items; when interrupted, those that are made already."""
        with Chunks(self._send, size=lambda made: made.size) as chunks:
            try:
                for made in self._maker.make_all(self._fresh(jobs)):
                    if isinstance(made, BadRow):
                        self._refuse(made)
                    else:
                        chunks.add(made)
            except KeyboardInterrupt:
                chunks.close()
                raise

    @property
    def so_far(self) -> str:
        """How far it came, and that nothing of it is lost."""
        done = self.kept + self.before
        return f"{done} of {self._total} done; the same command goes on"

    @property
    def outcome(self) -> str:
        """What came of it, for a person."""
        told = f"{self.kept} items imported, {self.refused} refused"
        if self.before:
            told += f", {self.before} were imported before the interruption"
        if self.anew:
            told += f"; {self.anew} came from another model and were featurised anew"
        return told

    def _fresh(self, jobs: Iterable[Job | BadRow]) -> Iterator[Job]:
        for job in jobs:
            if isinstance(job, BadRow):
                self._refuse(job)
            elif job.mark in self._journal:
                self.before += 1
                self._advance()
            else:
                yield job

    def _send(self, chunk: Sequence[Made]) -> None:
        """Hand a chunk over and note what was acknowledged, in that order."""
        refused = self._keeper.keep(chunk)
        kept = [made for number, made in enumerate(chunk, 1) if number not in refused]
        self._journal.note((made.job.mark, made.item.id) for made in kept)
        self.kept += len(kept)
        self.anew += sum(made.anew for made in kept)
        self._advance(len(kept))
        for number, reason in refused.items():
            self._refuse(BadRow(chunk[number - 1].job.where, reason))

    def _refuse(self, row: BadRow) -> None:
        self.refused += 1
        self._advance()
        text = f"refused: {row.where}: {row.reason}"
        self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _advance(self, count: int = 1) -> None:
        self._progress.update(self._task, advance=count, fresh=self.kept + self.refused)


def open_journal(settings: CliSettings, source: str) -> Journal:
    """One for each source and each catalogue that it goes to."""
    name = mark_of(source, settings.store, settings.pictures)
    return Journal(settings.data_dir / "imports" / f"{name}.journal")


class _Pace(ProgressColumn):
    """The rate of this import, without what an earlier one had done already, and the time left."""

    def render(self, task: Task) -> Text:
        fresh = task.fields["fresh"]
        if not fresh or not task.elapsed:
            return Text()
        rate = fresh / task.elapsed
        left_s = ((task.total or 0) - task.completed) / rate
        return Text(f"{rate:.1f} items/s, {timedelta(seconds=round(left_s))} left")


def open_progress() -> Progress:
    """A bar on a terminal, with the rate and the time left."""
    console = Console(stderr=True)
    columns = "{task.description}", BarColumn(), MofNCompleteColumn(), _Pace()
    # Without a terminal a moving bar would fill a log.
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
