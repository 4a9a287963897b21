"""`lookalike aws things …`: cameras that may connect to AWS IoT."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from common.wire import is_thing
from services.cli.aws_deployment import Name
from services.cli.camera_folder import write_camera_folder
from services.cli.printed import say, tell
from services.core.errors import InputError

if TYPE_CHECKING:  # boto3 takes 0.2 s to load
    from services.bootstrap.deployment import Things

app = typer.Typer(help="Cameras that may connect to AWS IoT.", no_args_is_help=True)
Thing = Annotated[str, typer.Argument(metavar="NAME", help="The camera's name, as LOOKALIKE_THING.")]


@app.callback()
def _group() -> None:
    """Cameras that may connect to AWS IoT."""


@app.command()
def add(
    thing: Thing,
    name: Name = "lookalike",
    into: Annotated[Path | None, typer.Option(help="The folder that is made. [./NAME]")] = None,
) -> None:
    """Register a camera, and write its folder: certificate, key, settings, and what starts it.

    The key is made here and never leaves this machine but with the folder; AWS gets a request for a
    certificate. The camera may use its own topics alone.
    """
    if not is_thing(thing):
        raise InputError(f"thing {thing!a}; expected 1 to 128 of the characters a-z A-Z 0-9 : _ -")
    folder = into or Path(thing)
    if folder.exists():
        raise InputError(f"{folder} exists; give another folder by --into")
    things = _open(name)
    certificate, key = things.registry.add(thing)
    write_camera_folder(
        folder, thing=thing, broker=things.broker, rule=things.rule, certificate=certificate, key=key
    )
    say(f"{folder}: certificate, key, settings and start of {thing}")
    tell(f"start it: PYTHON=.venv/bin/python {shlex.quote(str(folder))}/start")


@app.command()
def remove(thing: Thing, name: Name = "lookalike") -> None:
    """Remove a camera and its certificates: nobody connects with them any more."""
    count = _open(name).registry.remove(thing)
    say(f"{thing} is removed, with {count} certificates")


@app.command("list")
def list_things(name: Name = "lookalike") -> None:
    """Show the cameras that have certificates."""
    say(*_open(name).registry.names())


def _open(name: str) -> Things:
    from services.bootstrap.deployment import open_things

    return open_things(name)
