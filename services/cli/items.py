"""`lookalike items …`: the catalogue from the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from services.bootstrap.importing import open_reader
from services.bootstrap.settings import CliSettings, load
from services.cli.catalogue_access import open_access
from services.cli.import_ import import_items
from services.cli.item_check import check
from services.cli.many_items import Facet, Order, Search
from services.cli.printed import items_in_words, tell
from services.cli.running_system import tell_store
from services.core.catalogue.item_search import ItemQuery
from services.core.catalogue.paging import all_items
from services.core.domain import Item
from services.core.errors import InputError
from services.core.importing.archive import write_archive
from services.core.ports import ItemStore, OpenPicture, PictureStore

app = typer.Typer(help="Your catalogue: import, export, list, teach, delete and undo.", no_args_is_help=True)
app.command("import")(import_items)
app.command("check")(check)


@app.callback()
def _group() -> None:
    """Your catalogue: import, export, list, teach, delete and undo."""


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="The archive to write, a .zip; or with --csv a table.")],
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite a file of that name.")] = False,
    table: Annotated[
        bool, typer.Option("--csv", help="Write a table for spreadsheets, without pictures; - for stdout.")
    ] = False,
    search: Search = "",
    facet: Facet = None,
    sort: Order = None,
) -> None:
    """Write all items with their pictures and vectors into one archive, which `items import` reads back.

    It is a backup, or the way to another machine. With --csv their words alone, of those that --search and
    --facet find. The system may run meanwhile. The file appears when it is complete.
    """
    query = ItemQuery(search, tuple(facet or ()), sort)
    if not table and not query.is_all:
        raise InputError("an archive has all items; expected --search, --facet and --sort with --csv")
    if not table and file.suffix.lower() != ".zip":
        raise InputError(f"{file} is no .zip; `lookalike items import` knows an archive by that")
    if file.exists() and not replace:
        raise InputError(f"{file} exists; --replace overwrites it")
    settings = load(CliSettings)
    if table:
        _export_table(settings, file, query)
        return
    store, pictures = open_reader(settings)
    running = _Export(store, pictures)
    _write_whole(file, running.pieces())
    tell(f"{items_in_words(running.items)} exported to {file}, {file.stat().st_size:,} bytes")
    for key in running.gone:
        tell(f"left out: the picture {key} is gone; its item can't be imported again")
    for item in running.damaged:
        tell(f"left out: item {item.id} is damaged: {item.damage}")
    tell_store(settings)
    raise typer.Exit(1 if running.gone or running.damaged else 0)


def _export_table(settings: CliSettings, file: Path, query: ItemQuery) -> None:
    with open_access(settings) as catalogue:
        lines = catalogue.table(query)
        if str(file) == "-":
            sys.stdout.writelines(lines)
            return
        _write_whole(file, (line.encode() for line in lines))
    tell(f"exported to {file}, {file.stat().st_size:,} bytes")
    tell_store(settings)


def _write_whole(file: Path, pieces: Iterable[bytes]) -> None:
    """Write a file that appears when it is complete; raises InputError if it can't be written."""
    unfinished = file.with_name(file.name + ".unfinished")
    try:
        with unfinished.open("wb") as target:
            for piece in pieces:
                target.write(piece)
            target.flush()
            os.fsync(target.fileno())
        unfinished.replace(file)
    except OSError as error:
        raise InputError(f"{file} can't be written: {error.strerror}") from None
    finally:
        unfinished.unlink(missing_ok=True)


class _Export:
    """One export; counts the items, and lists what is left out: damaged items, and pictures that are gone."""

    def __init__(self, store: ItemStore, pictures: PictureStore) -> None:
        self._store, self._pictures = store, pictures
        self.items = 0
        self.gone: list[str] = []
        self.damaged: list[Item] = []

    def pieces(self) -> Iterator[bytes]:
        """The archive."""
        return write_archive(self._all(), self._picture, model=self._store.model())

    def _all(self) -> Iterator[Item]:
        for item in all_items(self._store, on_damaged=self.damaged.append):
            self.items += 1
            yield item

    def _picture(self, key: str) -> OpenPicture | None:
        opened = self._pictures.open(key)
        if opened is None:
            self.gone.append(key)
        return opened
