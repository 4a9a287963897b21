"""The commands of the command line, put together."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from common.logs import configure_logs
from common.version import VERSION
from services.bootstrap.process import run
from services.bootstrap.settings import CliSettings, load
from services.cli import (
    aws,
    aws_deployment,
    aws_things,
    doctor,
    index,
    items,
    key,
    keys,
    many_items,
    model,
    samples,
    search,
    single_items,
    watch,
)
from services.cli.alive import main as check_alive
from services.cli.printed import say

app = typer.Typer(
    name="lookalike",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Paragraphs fill the terminal's width, however they are broken in the code.
    rich_markup_mode="markdown",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        say(f"lookalike {VERSION}")
        raise typer.Exit


@app.callback()
def _configure(
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")
    ] = False,
) -> None:
    """Show an item to a camera and see the items of your catalogue that look like it."""
    # The settings first, so that a wrong one is named before anything happens.
    load(CliSettings)
    configure_logs("ERROR", process="cli")


many_items.register(items.app)
single_items.register(items.app)
aws.app.add_typer(aws_things.app, name="things")
aws.app.command()(aws_deployment.logs)
aws.app.command()(aws_deployment.cost)
app.add_typer(items.app, name="items")
app.add_typer(samples.app, name="samples")
app.add_typer(index.app, name="index")
app.add_typer(keys.app, name="keys")
app.add_typer(model.app, name="model")
app.add_typer(aws.app, name="aws")
app.command()(search.search)
app.command()(watch.watch)
app.command()(doctor.doctor)
app.command()(key.key)
app.command()(keys.audit)


@app.command()
def alive(
    process: Annotated[Literal["api", "search"], typer.Argument(metavar="api|search", help="The process.")],
) -> None:
    """Check that a process on this machine does its work; for containers' health checks.

    Exit code 0 if it answers GET /alive with 200 within 3 s, else 1. It looks at that process alone, so that
    nothing is killed because something else is away.
    """
    raise typer.Exit(check_alive([process]))


def main() -> int:
    """Run a command; gives its exit code."""
    return run(_main)


def _main() -> int:
    app()  # raises SystemExit
    return 0
