"""The commands of the command line, put together."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from common.logs import configure_logs
from services.bootstrap.process import run
from services.bootstrap.settings import CliSettings, load
from services.cli import doctor, index, items, key, model, search, single_items, watch
from services.cli.alive import main as check_alive

app = typer.Typer(
    name="lookalike",
    help="Show an item to a camera and see the items of your catalogue that look like it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _configure() -> None:
    """Read the settings first, so that a wrong one is named before anything happens."""
    load(CliSettings)
    configure_logs("ERROR", process="cli")


single_items.register(items.app)
app.add_typer(items.app, name="items")
app.add_typer(index.app, name="index")
app.add_typer(model.app, name="model")
app.command()(search.search)
app.command()(watch.watch)
app.command()(doctor.doctor)
app.command()(key.key)


@app.command()
def alive(process: Annotated[Literal["api", "search"], typer.Argument()]) -> None:
    """Whether a process on this machine does its work: exit code 0 if so. For containers' health checks."""
    raise typer.Exit(check_alive([process]))


def main() -> int:
    """Run a command; gives its exit code."""
    return run(_main)


def _main() -> int:
    app()  # ends with SystemExit
    return 0
