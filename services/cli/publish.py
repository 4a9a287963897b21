"""`lookalike index publish`: the catalogue's vectors to a Milvus server."""

from __future__ import annotations

from rich.console import Console
from rich.progress import Progress

from services.bootstrap.milvus import open_publication
from services.bootstrap.settings import CliSettings, load
from services.cli.printed import say, tell


def publish() -> None:
    """Publish the catalogue to the Milvus server of LOOKALIKE_KNN; its searches go over to it within 30 s.

    The vectors go into a collection of their own, whose recall is measured; the one before stays until the
    next publication. Searches compare by themselves what changed since: publish when that is much (`lookalike
    index status`: vectors beside the base). Any machine may do it that reads the item store; LOOKALIKE_INDEX
    names a place in S3 for searches on other machines.
    """
    settings = load(CliSettings)
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("", total=None)

        def note(what: str, done: int, total: int) -> None:
            progress.update(task, description=what, completed=done, total=total or None)

        trained = open_publication(settings, note).run()
    say(f"{len(trained.facts)} items, {trained.rows} vectors: published as {trained.training}")
    say(f"recall {trained.recall:.3g} at {trained.rate:.0f} searches a second, one at a time")
    if not settings.index_place:
        tell("searches on other machines need LOOKALIKE_INDEX=s3://BUCKET/PREFIX, here and there")
