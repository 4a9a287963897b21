"""`lookalike items …`: the catalogue from the command line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console
from rich.progress import Progress

from services.bootstrap.settings import CliSettings, load
from services.cli.system import Writer, open_writer
from services.core.domain import InputError
from services.core.rows import BadRow, Row, read_rows

MAX_PICTURE_BYTES = 32 * 1024 * 1024
FETCH_TIMEOUT_S = 20

app = typer.Typer(help="The catalogue.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The catalogue."""


@app.command("import")
def import_items(
    path: Annotated[Path, typer.Argument(help="Folder, .csv, .jsonl, or .txt of `title, url` lines.")],
) -> None:
    """Add the items of a folder or file; returns when all of them can be found.

    Columns are id, title, image (a path from the file's folder) or url, and link; any more are metadata.
    A row that can't be read is reported and the rest goes in; the exit code is then 1.
    """
    rows = list(read_rows(path))
    with open_writer(load(CliSettings)) as writer:
        refused = _add_all(rows, writer)
        writer.settle()
    print(f"{len(rows) - len(refused)} items imported, {len(refused)} refused", file=sys.stderr)
    raise typer.Exit(1 if refused else 0)


def _add_all(rows: list[Row | BadRow], writer: Writer) -> list[BadRow]:
    refused = []
    console = Console(stderr=True)
    # Without a terminal a moving bar would fill a log.
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        for row in progress.track(rows, description="importing"):
            bad = row if isinstance(row, BadRow) else _add(row, writer)
            if bad is not None:
                refused.append(bad)
                text = f"refused: {bad.where}: {bad.reason}"
                progress.console.print(text, markup=False, highlight=False, soft_wrap=True)
    return refused


def _add(row: Row, writer: Writer) -> BadRow | None:
    try:
        writer.add(row.draft, _content(row.image))
    except InputError as error:
        return BadRow(row.where, str(error) if isinstance(row.image, str) else f"{row.image.name}: {error}")
    return None


def _content(image: Path | str) -> bytes:
    """The picture file of a row, read or fetched; raises InputError."""
    if isinstance(image, str):
        return _fetch(image)
    try:
        size = image.stat().st_size
        if size > MAX_PICTURE_BYTES:
            raise InputError(f"{size} bytes; expected at most {MAX_PICTURE_BYTES}")
        return image.read_bytes()
    except OSError as error:
        raise InputError(f"can't be read: {error.strerror}") from None


def _fetch(address: str) -> bytes:
    content = bytearray()
    try:
        with httpx.stream("GET", address, timeout=FETCH_TIMEOUT_S, follow_redirects=True) as response:
            if response.status_code != 200:
                raise InputError(f"{address} answers {response.status_code}; expected a picture")
            for piece in response.iter_bytes():
                content += piece
                if len(content) > MAX_PICTURE_BYTES:
                    raise InputError(f"{address} is longer than {MAX_PICTURE_BYTES} bytes")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise InputError(f"{address} can't be fetched: {error}") from None
    return bytes(content)
