"""`lookalike samples …`: the sample catalogue, loaded and removed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, Literal
from urllib.parse import quote

import httpx
import typer

from services.adapters.pillow_pictures import suffix_of
from services.adapters.running_api import ApiImportWriter, ask
from services.bootstrap.catalogue import open_catalogue
from services.bootstrap.samples import mark_samples, open_samples, sample_jobs
from services.bootstrap.settings import CliSettings, load
from services.cli.import_ import INTERRUPTED
from services.cli.printed import tell
from services.cli.progress import ShownProgress
from services.cli.running_system import api_client, open_writer, run_json, tell_store
from services.core.errors import InputError, UnavailableError
from services.core.importing.import_rows import BadRow
from services.core.importing.import_run import ImportRun
from services.core.importing.item_maker import Job
from services.core.importing.samples import SampleCounts, revisions_of

app = typer.Typer(help="The sample catalogue: 61 items to try Lookalike with.", no_args_is_help=True)

_ASK_EVERY_S = 0.3
_NOT_THERE = 501
Doing = Literal["loading", "removing"]


@app.callback()
def _group() -> None:
    """The sample catalogue: 61 items to try Lookalike with."""


@app.command("load")
def load_samples() -> None:
    """Add the samples that are missing; returns when all of them can be found, after half a minute or two.

    Your own items stay as they are, and so does a sample that you changed.
    """
    _do("loading")


@app.command("remove")
def remove_samples() -> None:
    """Delete the samples that you did not change; `lookalike samples load` brings them back.

    Your own items stay, and so does a sample whose words or pictures you changed.
    """
    _do("removing")


def _do(doing: Doing) -> None:
    settings = load(CliSettings)
    addresses = run_json(settings)
    try:
        if addresses is None:
            before, after = _alone(settings, doing)
        else:
            with api_client(settings, addresses["page"]) as client:
                before, after = _through_api(client, doing) or _by_items(client, settings, doing)
    except KeyboardInterrupt:
        tell("interrupted; the same command goes on" + (", and the system does so now" if addresses else ""))
        raise typer.Exit(INTERRUPTED) from None
    tell(outcome(doing, before, after))
    tell_store(settings)


def outcome(doing: Doing, before: SampleCounts, after: SampleCounts) -> str:
    """What was done, as one line."""
    if doing == "loading":
        told = f"{_samples(after.present - before.present)} loaded"
        return told + (f", {before.present} were there before" if before.present else "")
    told = f"{_samples(before.present - after.present)} removed"
    if after.changed:
        told += f", {after.changed} {'stays' if after.changed == 1 else 'stay'} because you changed "
        told += "it" if after.changed == 1 else "them"
    return told


def _samples(count: int) -> str:
    return "1 sample" if count == 1 else f"{count} samples"


def _alone(settings: CliSettings, doing: Doing) -> tuple[SampleCounts, SampleCounts]:
    """Write to the stores, as nothing runs that does."""
    catalogue = open_catalogue(settings)
    catalogue.check_model()
    samples = open_samples(catalogue, threads=settings.threads)
    before = samples.counts()
    with ShownProgress(f"{doing} the samples", before.total) as progress:

        def step() -> None:
            done = _done(doing, samples.counts())
            progress.step(done)

        refused = (samples.load if doing == "loading" else samples.remove)(on_step=step)
    _check(refused)
    mark_samples(settings)
    return before, samples.counts()


def _through_api(client: httpx.Client, doing: Doing) -> tuple[SampleCounts, SampleCounts] | None:
    """Have the running system do it, and wait; None if it can't, as on AWS."""
    before = ask(client, "GET", "/samples", allow=(200, _NOT_THERE))
    if before.get("status") == _NOT_THERE:
        return None
    state = ask(client, "POST" if doing == "loading" else "DELETE", "/samples", allow=(202,))
    with ShownProgress(f"{doing} the samples", state["total"]) as progress:
        while state["doing"]:
            done = _done(doing, _counts(state))
            progress.step(done)
            time.sleep(_ASK_EVERY_S)
            state = ask(client, "GET", "/samples")
    if state["trouble"]:
        raise UnavailableError(state["trouble"])
    ApiImportWriter(client).settle(state["change"])
    return _counts(before), _counts(state)


def _by_items(client: httpx.Client, settings: CliSettings, doing: Doing) -> tuple[SampleCounts, SampleCounts]:
    """Add or delete them one by one over HTTP, for a system that has no samples itself."""
    jobs = sample_jobs()
    came = revisions_of(jobs, suffix_of)
    before = _revisions_there(client, jobs)
    if doing == "removing":
        unchanged = [item_id for item_id, revision in before.items() if came[item_id] == revision]
        for item_id in unchanged:
            headers = {"If-Match": f'"{before[item_id]}"'}
            ask(client, "DELETE", _path(item_id), allow=(200, 404, 409, 412), headers=headers)
    else:
        refused: list[BadRow] = []
        with open_writer(settings) as (maker, writer):
            missing = [job for job in jobs if job.draft.id not in before]
            counts = ImportRun(maker, writer, on_refused=refused.append).run(missing)
            writer.settle(counts.change)
        _check(refused)
    return _counted(before, came), _counted(_revisions_there(client, jobs), came)


def _revisions_there(client: httpx.Client, jobs: list[Job]) -> dict[str, str]:
    """The revisions of those samples that the system has, by their ids."""

    def found() -> Iterator[tuple[str, str]]:
        for job in jobs:
            item = ask(client, "GET", _path(str(job.draft.id)), allow=(200, 404))
            if "revision" in item:
                yield item["id"], item["revision"]

    return dict(found())


def _path(item_id: str) -> str:
    return f"/items/{quote(item_id, safe='')}"


def _counted(there: dict[str, str], came: dict[str, str]) -> SampleCounts:
    changed = sum(came[item_id] != revision for item_id, revision in there.items())
    return SampleCounts(len(came), len(there), changed, 0)


def _counts(state: Any) -> SampleCounts:
    return SampleCounts(state["total"], state["present"], state["changed"], state["own"])


def _done(doing: Doing, counts: SampleCounts) -> int:
    return counts.present if doing == "loading" else counts.total - counts.present


def _check(refused: list[BadRow]) -> None:
    if refused:
        raise InputError(
            f"{_samples(len(refused))} refused, the first: {refused[0].where}: {refused[0].reason}"
        )
