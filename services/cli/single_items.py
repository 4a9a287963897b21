"""`lookalike items teach` and `undo`: single items from the command line."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import typer

from services.bootstrap.settings import CliSettings, load
from services.cli.many_items import how_to_undo
from services.cli.printed import items_in_words, say, tell
from services.cli.running_system import ask_system, tell_store
from services.core.errors import InputError


def register(app: typer.Typer) -> None:
    """Add the commands to `lookalike items`."""
    app.command("teach")(teach)
    app.command("undo")(undo)


def teach(
    thing: Annotated[str, typer.Argument(help="The camera's name.")],
    title: Annotated[str, typer.Option(help="The new item's title.")] = "",
    item_id: Annotated[str, typer.Option("--id", help="The new item's id; else it gets one.")] = "",
    to: Annotated[str, typer.Option(help="The id of an item that this is a further view of.")] = "",
) -> None:
    """Add what the camera sees as an item, or with --to as a further view of one."""
    if to and (title or item_id):
        raise InputError("--to names an item that exists; expected it without --title and --id")
    if to:
        changed = ask_system("POST", f"/items/{quote(to, safe='')}/views", json={"thing": thing})
    else:
        words = {"title": title, "id": item_id, "thing": thing}
        changed = ask_system("POST", "/items", json={name: value for name, value in words.items() if value})
    say(f"{changed['id']:24}  {changed['title']}")
    tell(how_to_undo(changed["undo"]))
    tell_store(load(CliSettings))


def undo(token: Annotated[str, typer.Argument(help="The token that a change was answered with.")]) -> None:
    """Put an item, or many that were changed at once, back as before a change."""
    changed = ask_system("POST", "/items/undo", json={"undo": token})
    if "refused" in changed:
        tell(f"{items_in_words(changed['changed'])} put back, {len(changed['refused']):,} refused")
        for each in changed["refused"]:
            tell(f"refused: {each['id']}: {each['detail']}")
    else:
        tell(f"{changed['id']} {'is as it was before' if 'title' in changed else 'is gone again'}")
    if changed["undo"]:
        tell(how_to_undo(changed["undo"]))
    tell_store(load(CliSettings))
