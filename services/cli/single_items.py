"""`lookalike items list`, `teach`, `delete` and `undo`: single items from the command line."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import typer

from services.adapters.running_api import ask
from services.bootstrap.settings import CliSettings, load
from services.bootstrap.stores import open_items
from services.cli.printed import say, tell
from services.cli.running_system import api_client, run_json, tell_store
from services.core.catalogue.paging import all_items
from services.core.domain import Item
from services.core.errors import InputError, UnavailableError


def register(app: typer.Typer) -> None:
    """Add the commands to `lookalike items`."""
    app.command("list")(list_items)
    app.command("teach")(teach)
    app.command("delete")(delete)
    app.command("undo")(undo)


def list_items(
    text: Annotated[str, typer.Option(help="Only those whose id, title or metadata hold it.")] = "",
) -> None:
    """Print each item's id and title, in the order of the ids."""
    store = open_items(load(CliSettings), writable=False)
    for item in all_items(store, text=text, on_damaged=_tell_damaged):
        say(f"{item.id:24}  {item.title}")


def _tell_damaged(item: Item) -> None:
    tell(f"left out: item {item.id} is damaged: {item.damage}")


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
        changed = _ask("POST", f"/items/{quote(to, safe='')}/views", json={"thing": thing})
    else:
        words = {"title": title, "id": item_id, "thing": thing}
        changed = _ask("POST", "/items", json={name: value for name, value in words.items() if value})
    say(f"{changed['id']:24}  {changed['title']}")
    tell(_how_to_undo(changed))
    tell_store(load(CliSettings))


def delete(item_id: Annotated[str, typer.Argument(help="The item's id.")]) -> None:
    """Remove an item and the feedback on it."""
    settings = load(CliSettings)
    if run_json(settings) is not None:
        changed = _ask("DELETE", f"/items/{quote(item_id, safe='')}")
        tell(f"{item_id} deleted", _how_to_undo(changed))
    elif open_items(settings, writable=True).delete(item_id) is None:
        raise InputError(f"there is no item {item_id!r}")
    else:
        tell(f"{item_id} deleted")
    tell_store(settings)


def undo(token: Annotated[str, typer.Argument(help="The token that a change was answered with.")]) -> None:
    """Put an item back as it was before a change."""
    changed = _ask("POST", "/items/undo", json={"undo": token})
    what = "is as it was before" if "title" in changed else "is gone again"
    tell(f"{changed['id']} {what}", _how_to_undo(changed))
    tell_store(load(CliSettings))


def _ask(method: str, path: str, **options: Any) -> Any:
    settings = load(CliSettings)
    addresses = run_json(settings)
    if addresses is None:
        raise UnavailableError(f"nothing runs on {settings.data_dir}; start it with `make run`")
    with api_client(settings, addresses["page"]) as client:
        return ask(client, method, path, **options)


def _how_to_undo(changed: dict[str, Any]) -> str:
    return f"to take it back within the hour, while the system runs: lookalike items undo {changed['undo']}"
