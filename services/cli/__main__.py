"""Entry point of the command line: `lookalike …`."""

from __future__ import annotations

import sys

import typer

from services.bootstrap.logs import configure_logs
from services.bootstrap.process import run
from services.bootstrap.settings import CliSettings, load
from services.cli import catalogue, doctor, index, items, key, model, search, watch

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


catalogue.register(items.app)
app.add_typer(items.app, name="items")
app.add_typer(index.app, name="index")
app.add_typer(model.app, name="model")
app.command()(search.search)
app.command()(watch.watch)
app.command()(doctor.doctor)
app.command()(key.key)


def main() -> int:
    """Run a command; gives its exit code."""
    return run(_main)


def _main() -> int:
    app()  # ends with SystemExit
    return 0


if __name__ == "__main__":
    sys.exit(main())
