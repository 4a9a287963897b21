"""`lookalike items import`: many items at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from services.bootstrap.settings import CliSettings, load
from services.bootstrap.stores import open_items
from services.cli.import_sources import ImportSource, TableChoices, open_source
from services.cli.printed import items_in_words, tell
from services.cli.progress import ShownProgress
from services.cli.refused_file import RefusedFile
from services.cli.running_system import open_writer, tell_store
from services.core.errors import UnavailableError
from services.core.importing.import_rows import BadRow
from services.core.importing.import_run import ImportCounts, ImportRun
from services.core.importing.journal import Journal, mark_of
from services.core.importing.twins import Twin, Twins
from services.core.ports import ItemStore

INTERRUPTED = 130
# Number of twins that are named one by one.
_NAMED = 20


def import_items(
    source: Annotated[
        str,
        typer.Argument(help="Folder, .csv, .jsonl, .xml feed, .txt of `title, url` lines, .zip, s3://…"),
    ],
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="FIELD=COLUMN,…",
            help="Columns of a table with other names: title=Name,image=Photo;Side,id=SKU; also "
            "link, price, currency, category, skip.",
        ),
    ] = None,
    encoding: Annotated[
        str, typer.Option(help="The encoding of a table that is not in UTF-8 or UTF-16, such as cp1250.")
    ] = "",
    refused: Annotated[
        Path | None,
        typer.Option(
            "--refused",
            metavar="FILE.csv",
            help="Write the refused rows of a table there, each with its reason, to correct and import that "
            "file.",
        ),
    ] = None,
) -> None:
    """Add the items of a folder, a file, an archive or S3; returns when all of them can be found.

    A .csv or .jsonl has the columns id, title, image (a path from the file's folder) or url, and link; any
    more are metadata. The columns of Shopify, WooCommerce, Google Merchant and many others are known. A .txt
    has the 2018 sample's lines `title, url`, an .xml is a product feed as Google Merchant reads it.
    docs/importing.md has the whole rule.

    Items with the same picture as others, or nearly the same, are named at the end.

    What a folder holds beside pictures is passed over and counted. Rows that can't be read, and the second
    row of an id, are reported with their reasons and the rest goes in; the exit code is then 1. Interrupted
    or killed, the same command goes on where it stopped (it notes that in DATA_DIR/imports/). While the
    system runs it writes through the api.
    """
    settings = load(CliSettings)
    choices = TableChoices(encoding, columns or ())
    kept_refused = RefusedFile(refused)
    with (
        open_writer(settings) as (maker, writer),
        _read(source, settings, maker.featurizer.fingerprint, choices) as found,
        open_journal(settings, found.name) as journal,
        ShownProgress("importing", found.total) as progress,
    ):
        kept_refused.check(found.table)
        for note in found.notes:
            tell(note)

        def refuse(row: BadRow) -> None:
            progress.print(f"refused: {row.where}: {row.reason}")
            kept_refused.note(row)

        def step(counts: ImportCounts) -> None:
            fresh = counts.kept + counts.refused
            progress.step(fresh + counts.before, fresh)

        run = ImportRun(maker, writer, journal=journal, on_step=step, on_refused=refuse)
        try:
            run.run(found.jobs)
        except KeyboardInterrupt:
            tell(f"interrupted, {_so_far(run.counts, found.total)}")
            raise typer.Exit(INTERRUPTED) from None
        except UnavailableError as error:
            raise UnavailableError(f"{error}; {_so_far(run.counts, found.total)}") from None
        writer.settle(run.counts.change)
        kept_refused.write(found.table)
    tell(outcome(run.counts))
    if run.counts.kept:
        with contextlib.suppress(UnavailableError):  # all is imported, whether or not that can be told
            _compare(run.twins, open_items(settings, writable=False))
    tell_store(settings)
    raise typer.Exit(1 if run.counts.refused else 0)


@contextlib.contextmanager
def _read(source: str, settings: CliSettings, model: str, choices: TableChoices) -> Iterator[ImportSource]:
    """Open the source; a table of a million rows takes a minute, which is shown as work."""
    with contextlib.ExitStack() as opened:
        with ShownProgress("reading what is to be imported", unit="rows") as progress:
            found = opened.enter_context(
                open_source(source, settings, model=model, choices=choices, on_row=progress.step)
            )
        yield found


def _so_far(counts: ImportCounts, total: int) -> str:
    """The completed part, for the line of an interruption or a failure."""
    return f"{counts.kept + counts.before} of {total} done; the same command goes on"


def outcome(counts: ImportCounts) -> str:
    """The counts of a complete import as one line."""
    told = f"{items_in_words(counts.kept)} imported, {counts.refused:,} refused"
    if counts.before:
        told += f", {counts.before} were imported before the interruption"
    if counts.made_again:
        told += f"; {counts.made_again} came with vectors of another model or recipe and were made again"
    return told


def _compare(twins: Twins, store: ItemStore) -> None:
    """Look for the imported items' twins in the catalogue, which takes a while if that is large."""
    try:
        with ShownProgress("looking for items that look alike", store.count()) as progress:
            found = twins.found(store, note=progress.step)
    except KeyboardInterrupt:
        tell("all is imported; whether items look just like others was not looked at to the end")
        return
    tell_twins(found)
    if twins.left_out:
        tell(f"{twins.left_out} of the imported items were not compared with others: they are too many")


def tell_twins(twins: Sequence[Twin]) -> None:
    """Name the items that no camera can tell from others."""
    if not twins:
        return
    tell(f"{len(twins)} items look just like another one; a camera names them together:")
    for twin in twins[:_NAMED]:
        tell(f"  {twin}")
    if len(twins) > _NAMED:
        tell(f"  and {len(twins) - _NAMED} more")


def open_journal(settings: CliSettings, source: str) -> Journal:
    """The journal of imports of this source into this catalogue."""
    name = mark_of(source, settings.store, settings.pictures)
    return Journal(settings.data_dir / "imports" / f"{name}.journal")
