"""`lookalike index …`."""

from __future__ import annotations

import sys

import httpx
import typer
from rich.console import Console
from rich.progress import Progress

from services.bootstrap.catalogue import open_catalogue
from services.bootstrap.settings import CliSettings, load
from services.cli.running_system import api_client, ask, run_json
from services.core.catalogue.items import Catalogue
from services.core.catalogue.rebuild import RebuildWriter, lacking, rebuild
from services.core.domain import Item
from services.core.importing.archive_line import item_line

app = typer.Typer(help="The index.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The index."""


@app.command("rebuild")
def rebuild_index() -> None:
    """Make all vectors anew with the model of LOOKALIKE_MODEL, from the kept pictures.

    While the system runs, its search goes on with the old ones until all are made; it is then to be started
    again with that model. Interrupted and started again it goes on where it stopped.
    """
    settings = load(CliSettings)
    addresses = run_json(settings)
    catalogue = open_catalogue(settings, writable=addresses is None)
    if addresses is None:
        refused = _rebuild(catalogue, catalogue.store)
    else:
        with api_client(settings, addresses["page"]) as client:
            refused = _rebuild(catalogue, _ThroughApi(client))
        print(
            f"the system that runs must now be started again with LOOKALIKE_MODEL={settings.model}",
            file=sys.stderr,
        )
    raise typer.Exit(1 if refused else 0)


def _rebuild(catalogue: Catalogue, keeper: RebuildWriter) -> int:
    """Show the progress, and give how many items were left out."""
    done, refused = 0, 0
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        going, total = rebuild(catalogue, keeper), lacking(catalogue)
        for _item, error in progress.track(going, description="rebuilding", total=total):
            done += error is None
            if error is not None:
                refused += 1
                progress.console.print(f"left out: {error}", markup=False, highlight=False, soft_wrap=True)
    model = catalogue.featurizer.fingerprint
    print(f"{done} items were made anew with model {model}, {refused} left out", file=sys.stderr)
    return refused


class _ThroughApi:
    """Writes through the running api, because only one process may write."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def stage(self, item: Item) -> bool:
        return bool(ask(self._client, "POST", "/index/vectors", content=item_line(item))["kept"])

    def set_model(self, model: str) -> None:
        ask(self._client, "POST", "/index/model", json={"model": model})

    def prune(self) -> None:
        ask(self._client, "POST", "/index/prune")
