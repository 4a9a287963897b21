"""`lookalike search IMAGE`: the items that look like a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from services.adapters.running_api import ask
from services.bootstrap.settings import CliSettings, load
from services.cli.printed import say
from services.cli.running_system import api_client, run_json
from services.core.errors import InputError, UnavailableError
from services.core.records import K


def search(
    image: Annotated[Path, typer.Argument(help="A picture file.")],
    k: Annotated[int, typer.Option(min=1, max=100, help="How many items.")] = K,
    as_json: Annotated[bool, typer.Option("--json", help="The match record as JSON.")] = False,
) -> None:
    """Show the items that look like a picture, best first."""
    settings = load(CliSettings)
    addresses = run_json(settings)
    if addresses is None:
        raise UnavailableError(f"nothing runs on {settings.data_dir}; start it with `make run`")
    try:
        content = image.read_bytes()
    except OSError as error:
        raise InputError(f"{image} can't be read: {error.strerror}") from None
    with api_client(settings, addresses["page"]) as client:
        record = ask(client, "POST", "/search", data={"k": k}, files={"image": (image.name, content)})
    if as_json:
        say(json.dumps(record, ensure_ascii=False))
        return
    say(record["verdict"].replace("_", " "))
    if equals := record.get("equals"):
        say(f"one of these {len(equals)}, which have the same picture or nearly the same:")
    for match in record["matches"]:
        say(f"{match['score']:6.3f}  {match['id']:24}  {match['title']}")
