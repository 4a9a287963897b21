"""`lookalike aws things …`: cameras that may connect to AWS IoT."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from common.wire import is_thing
from services.cli.aws_deployment import Name
from services.cli.printed import say, tell
from services.core.errors import InputError

if TYPE_CHECKING:  # boto3 takes 0.2 s to load
    from services.bootstrap.deployment import Things

app = typer.Typer(help="Cameras that may connect to AWS IoT.", no_args_is_help=True)
Thing = Annotated[str, typer.Argument(metavar="NAME", help="The camera's name, as LOOKALIKE_THING.")]
_START = """#!/bin/sh
# Starts this camera from a checkout: PYTHON=.venv/bin/python {name}/start
folder=$(cd "$(dirname "$0")" && pwd)
export LOOKALIKE_THING={thing}
export LOOKALIKE_MQTT_URL={broker}
export LOOKALIKE_MQTT_CERT="$folder/cert.pem"
export LOOKALIKE_MQTT_KEY="$folder/key.pem"
export LOOKALIKE_IOT_RULE={rule}
exec "${{PYTHON:-python3}}" -m edge
"""


@app.callback()
def _group() -> None:
    """Cameras that may connect to AWS IoT."""


@app.command()
def add(
    thing: Thing,
    name: Name = "lookalike",
    into: Annotated[Path | None, typer.Option(help="The folder that is made. [./NAME]")] = None,
) -> None:
    """Register a camera, and write a folder for it: its certificate, its key, and what starts it.

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
    folder.mkdir(parents=True, mode=0o700)
    _write(folder / "key.pem", key, mode=0o600)
    _write(folder / "cert.pem", certificate, mode=0o644)
    start = _START.format(
        name=shlex.quote(folder.name), thing=shlex.quote(thing), broker=things.broker, rule=things.rule
    )
    _write(folder / "start", start.encode(), mode=0o755)
    say(f"{folder}: certificate, key and start of {thing}")
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


def _write(path: Path, content: bytes, *, mode: int) -> None:
    path.touch(mode=mode, exist_ok=False)
    path.write_bytes(content)
