"""`lookalike index …`: the vectors of the catalogue, counted and made again."""

from __future__ import annotations

import contextlib

import typer
from rich.console import Console
from rich.progress import Progress

from common.visible_text import visible
from models.errors import ModelError
from models.files import fingerprint
from models.locate import resolve
from models.variants import VARIANTS
from services.adapters.running_api import ApiRebuildWriter
from services.adapters.search_client import SearchClient
from services.bootstrap.catalogue import open_catalogue
from services.bootstrap.own_clients import own_client
from services.bootstrap.settings import CliSettings, load
from services.bootstrap.stores import open_items
from services.cli.printed import items_in_words, say, tell
from services.cli.publish import publish
from services.cli.running_system import api_client, run_json, tell_store
from services.cli.search_state import hubs_told, knn_told, space_told
from services.core.catalogue.items import Catalogue
from services.core.catalogue.rebuild import RebuildWriter, VectorCounts, rebuild
from services.core.catalogue.views import RECIPE
from services.core.errors import UnavailableError

# A hint that is not waited for long.
_SEARCH_WAIT_S = 3.0

app = typer.Typer(help="The vectors that are searched: count and recompute them.", no_args_is_help=True)
app.command()(publish)


@app.callback()
def _group() -> None:
    """The vectors that are searched: count and recompute them."""


@app.command()
def status() -> None:
    """Count the items by their vectors.

    Up to date, of another version's recipe of views (searchable, but a rebuild makes them better), or without
    any of the catalogue's model (not searchable before a rebuild). While the system runs, also its search's
    index (kind, size, measured recall and rate), the space in which vectors are compared, and items that are
    damped for being like pictures of anything.
    """
    settings = load(CliSettings)
    store = open_items(settings, writable=False)
    model = store.model()
    if model is None:
        say("the catalogue is empty")
        return
    counts = VectorCounts.of(store, model)
    say(f"model {model}, recipe of views {RECIPE}")
    say(f"{counts.items} items, {counts.current} of them up to date")
    if counts.other_recipe:
        say(f"{counts.other_recipe} of another recipe (searchable): run `lookalike index rebuild`")
    if counts.without:
        say(f"{counts.without} of another model (not searchable): run `lookalike index rebuild`")
    _say_search(settings)
    chosen = _chosen_model(settings)
    if chosen not in (None, model):
        say(f"LOOKALIKE_MODEL={settings.model} is model {chosen}, to which a rebuild changes the catalogue")


def _say_search(settings: CliSettings) -> None:
    """Print what the running search says of its index and space, nothing if it can't be asked."""
    addresses = run_json(settings)
    if addresses is None:
        return
    with (
        contextlib.suppress(UnavailableError),
        own_client(addresses["search"], timeout_s=_SEARCH_WAIT_S) as client,
    ):
        state = SearchClient(client).state()
        say(*filter(None, (knn_told(state), hubs_told(state), space_told(state))))


def _chosen_model(settings: CliSettings) -> str | None:
    """The fingerprint of LOOKALIKE_MODEL; of a level that is not built yet, the one that it will have."""
    try:
        return fingerprint(resolve(settings.model, build=False).read_bytes())
    except ModelError:
        variant = VARIANTS.get(settings.model)
        return variant.fingerprint if variant else None


@app.command("rebuild")
def rebuild_index() -> None:
    """Recompute all vectors that are not of LOOKALIKE_MODEL and of this version's recipe of views.

    They are made from the kept pictures. The system may run meanwhile: its search goes on with the old
    vectors. Only after a change of LOOKALIKE_MODEL it has to be restarted, with the new one. Interrupted and
    started again the rebuild goes on where it stopped.
    """
    settings = load(CliSettings)
    addresses = run_json(settings)
    catalogue = open_catalogue(settings, writable=addresses is None)
    model_changes = catalogue.other_model is not None
    if addresses is None:
        refused = _rebuild(catalogue, catalogue.store)
    else:
        with api_client(settings, addresses["page"]) as client:
            refused = _rebuild(catalogue, ApiRebuildWriter(client))
        if model_changes:
            tell(f"the system that runs must now be started again with LOOKALIKE_MODEL={settings.model}")
        else:
            tell("the model is the same: nothing has to be restarted")
    tell_store(settings)
    raise typer.Exit(1 if refused else 0)


def _rebuild(catalogue: Catalogue, writer: RebuildWriter) -> int:
    """Show the progress, and give the number of items left out."""
    model = catalogue.featurizer.fingerprint
    complete = catalogue.other_model is None
    counts = VectorCounts.of(catalogue.store, model)
    done, refused = 0, 0
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        going = rebuild(catalogue, writer)
        for _item, error in progress.track(going, description="rebuilding", total=counts.lacking):
            done += error is None
            if error is not None:
                refused += 1
                told = visible(f"left out: {error}")
                progress.console.print(told, markup=False, highlight=False, soft_wrap=True)
    if complete and not done + refused:
        text = f"all {counts.items} items have vectors of model {model} and recipe {RECIPE} already"
        tell(f"{text}; there was nothing to recompute")
    else:
        tell(f"vectors of {items_in_words(done)} recomputed with model {model}, {refused} left out")
    return refused
