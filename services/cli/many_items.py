"""`lookalike items list`, `edit` and `delete`: what many items have in common, from the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import islice
from typing import Annotated
from urllib.parse import quote

import typer

from services.bootstrap.settings import CliSettings, load
from services.bootstrap.stores import open_items
from services.cli.catalogue_access import CatalogueAccess, Outcome, open_access
from services.cli.printed import items_in_words, say, tell
from services.cli.running_system import ask_system, run_json, tell_store
from services.core.catalogue.batches import MOST_ITEMS, BatchEdit
from services.core.catalogue.item_search import ItemQuery, Sort
from services.core.catalogue.paging import all_items
from services.core.domain import Item
from services.core.errors import InputError

Search = Annotated[
    str, typer.Option(metavar="WORDS", help="Only those with these words, in any order; a typo is forgiven.")
]
Facet = Annotated[
    list[str] | None,
    typer.Option(metavar="FIELD:VALUE", help="Only those with this metadata; may be repeated."),
]
Order = Annotated[Sort | None, typer.Option(help="Their order; else by id, or by how well the words fit.")]
# Refused items that are named one by one.
_NAMED = 20


def register(app: typer.Typer) -> None:
    """Add the commands to `lookalike items`."""
    app.command("list")(list_items)
    app.command("edit")(edit)
    app.command("delete")(delete)


def list_items(
    text: Annotated[str, typer.Option(help="Only those whose id, title or metadata hold it.")] = "",
    search: Search = "",
    facet: Facet = None,
    sort: Order = None,
) -> None:
    """Print each item's id and title."""
    settings, query = load(CliSettings), ItemQuery(search, tuple(facet or ()), sort)
    if not query.is_all:
        if text:
            raise InputError(
                "--text is given with --search, --facet or --sort; expected --search in its place"
            )
        with open_access(settings) as catalogue:
            for item_id, title in catalogue.find(query):
                say(f"{item_id:24}  {title}")
        return
    store = open_items(settings, writable=False)
    for item in all_items(store, text=text, on_damaged=_tell_damaged):
        say(f"{item.id:24}  {item.title}")


def _tell_damaged(item: Item) -> None:
    tell(f"left out: item {item.id} is damaged: {item.damage}")


def edit(
    item_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]…", help="The items' ids.")] = None,
    search: Search = "",
    facet: Facet = None,
    to_set: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="Metadata to set; may be repeated."),
    ] = None,
    remove: Annotated[
        list[str] | None, typer.Option(metavar="FIELD", help="Metadata to remove; may be repeated.")
    ] = None,
) -> None:
    """Set or remove metadata of many items: those of the ids, or those that --search and --facet find."""
    change = BatchEdit(dict(map(_assignment, to_set or ())), remove or ())
    settings = load(CliSettings)
    with open_access(settings, writable=True) as catalogue:
        outcome = catalogue.edit(_chosen(catalogue, item_ids, search, facet), change)
    _tell_outcome(outcome, "changed")
    tell_store(settings)
    raise typer.Exit(1 if outcome.refused else 0)


def delete(
    item_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]…", help="The items' ids.")] = None,
    search: Search = "",
    facet: Facet = None,
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False,
) -> None:
    """Remove items and the feedback on them: those of the ids, or those that --search and --facet find.

    What is found is counted, and deleted once you have agreed.
    """
    settings = load(CliSettings)
    if item_ids and len(item_ids) == 1 and not (search or facet):
        _delete_one(settings, item_ids[0])
        return
    with open_access(settings, writable=True) as catalogue:
        ids = _chosen(catalogue, item_ids, search, facet)
        if ids and not yes:
            _agree(f"Delete {items_in_words(len(ids))}?")
        outcome = catalogue.delete(ids)
    _tell_outcome(outcome, "deleted")
    tell_store(settings)
    raise typer.Exit(1 if outcome.refused else 0)


def how_to_undo(token: str) -> str:
    """What takes a change back."""
    return f"to take it back within the hour, while the system runs: lookalike items undo {token}"


def _delete_one(settings: CliSettings, item_id: str) -> None:
    if run_json(settings) is not None:
        changed = ask_system("DELETE", f"/items/{quote(item_id, safe='')}")
        tell(f"{item_id} deleted", how_to_undo(changed["undo"]))
    elif open_items(settings, writable=True).delete(item_id) is None:
        raise InputError(f"there is no item {item_id!r}")
    else:
        tell(f"{item_id} deleted")
    tell_store(settings)


def _chosen(
    catalogue: CatalogueAccess, item_ids: Sequence[str] | None, search: str, facets: Sequence[str] | None
) -> list[str]:
    """The ids of the items that are meant; raises InputError for none, both, and too many."""
    query = ItemQuery(search, tuple(facets or ()))
    if bool(item_ids) != query.is_all:
        raise InputError("expected either ids, or --search and --facet to choose items")
    if item_ids:
        return list(item_ids)
    ids = [item_id for item_id, _ in islice(catalogue.find(query), MOST_ITEMS + 1)]
    if len(ids) > MOST_ITEMS:
        raise InputError(f"more than {MOST_ITEMS:,} items are found; expected at most as many at once")
    return ids


def _agree(question: str) -> None:
    if not sys.stdin.isatty():
        raise InputError(f"{question} There is no terminal to answer; expected --yes")
    typer.confirm(question, abort=True)


def _assignment(text: str) -> tuple[str, str]:
    field, sign, value = text.partition("=")
    if not (field.strip() and sign):
        raise InputError(f"--set is {text[:40]!r}; expected FIELD=VALUE, such as shelf=7")
    return field.strip(), value


def _tell_outcome(outcome: Outcome, done: str) -> None:
    tell(f"{items_in_words(outcome.changed)} {done}, {len(outcome.refused):,} refused")
    for item_id, why in islice(outcome.refused.items(), _NAMED):
        tell(f"refused: {item_id}: {why}")
    if len(outcome.refused) > _NAMED:
        tell(f"and {len(outcome.refused) - _NAMED:,} more")
    if outcome.undo:
        tell(how_to_undo(outcome.undo))
