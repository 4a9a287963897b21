"""`lookalike items check`: duplicates, look-alikes and weak pictures of the catalogue."""

from __future__ import annotations

from typing import Annotated

import typer

from services.bootstrap.item_health import open_check
from services.bootstrap.settings import CliSettings, load
from services.cli.printed import items_in_words, say, tell
from services.cli.progress import ShownProgress
from services.core.catalogue.health.problem import ADVICE, Kind, Report

_HEADINGS = {
    Kind.SAME_PICTURE: "Items with the same picture",
    Kind.TOO_NEAR: "Items that are too near to be told apart",
    Kind.CONFUSED: "Items that cameras take for each other",
    Kind.OFTEN_CORRECTED: "Items that people often correct",
    Kind.BLURRED: "Blurred pictures",
    Kind.TINY: "Tiny pictures",
    Kind.ONE_PICTURE: "Items with one picture",
    Kind.NEVER_MATCHED: "Items that no camera has recognised yet",
}


def check(
    kind: Annotated[Kind | None, typer.Option(help="Only problems of this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many of each kind are listed.")] = 20,
) -> None:
    """Find duplicates, look-alikes and weak pictures, with what to do about each.

    Reads the whole catalogue and each picture, 100 a second or so; the system may run meanwhile.
    """
    with ShownProgress("checking") as progress:
        report = open_check(load(CliSettings)).run(lambda done, _of: progress.step(done))
    kinds = [kind] if kind else list(Kind)
    for each in kinds:
        _say_kind(report, each, limit)
    found = sum(report.counts[each] for each in kinds)
    tell(f"{items_in_words(report.items)} checked, {found:,} problems found")
    if report.unread:
        tell(f"{report.unread:,} pictures can't be read, so their sharpness is unknown")


def _say_kind(report: Report, kind: Kind, limit: int) -> None:
    problems = report.of(kind)
    if not problems:
        return
    say(f"{_HEADINGS[kind]}: {len(problems):,}. {ADVICE[kind]}")
    for problem in problems[:limit]:
        say(f"  {', '.join(problem.items)}: {problem.detail}")
    if len(problems) > limit:
        say(f"  and {len(problems) - limit:,} more: --kind {kind} --limit {len(problems)}")
