"""`lookalike index …`: the vectors and what is made of them."""

from __future__ import annotations

import sys

import typer
from rich.console import Console
from rich.progress import Progress

from services.bootstrap.settings import CliSettings, load
from services.bootstrap.stores import open_catalogue
from services.cli.system import run_json
from services.core.domain import InputError

app = typer.Typer(help="The vectors of the catalogue.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The vectors of the catalogue."""


@app.command()
def rebuild() -> None:
    """Make all vectors anew with the model of LOOKALIKE_MODEL, from the kept pictures.

    The system must not be running. Interrupted and started again it goes on where it stopped.
    """
    settings = load(CliSettings)
    if run_json(settings) is not None:
        raise InputError(f"the system runs on {settings.data_dir}; stop it first")
    catalogue = open_catalogue(
        settings.store_path, settings.pictures_path, model=settings.model, threads=settings.threads
    )
    done, refused = 0, 0
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        for _item, error in progress.track(catalogue.rebuild(), description="rebuilding", total=None):
            done += error is None
            if error is not None:
                refused += 1
                progress.console.print(f"left out: {error}", markup=False, highlight=False, soft_wrap=True)
    print(
        f"{done} items are of model {catalogue.featurizer.fingerprint}, {refused} left out", file=sys.stderr
    )
    raise typer.Exit(1 if refused else 0)
