"""The report of the accuracy bench: recall, verdicts, calibration, boxes, the clip and teaching."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np

from bench.accuracy.answers import (
    MISSED,
    Counts,
    ShownAnswer,
    by_second,
    calibration_error,
    reliability,
    share,
    share_naming,
)
from bench.accuracy.labelled_sets import CLIP_FPS
from bench.accuracy.measure import AGAIN, ONE_BY_ONE, SetResult, Teaching
from services.core.records import Verdict


def print_counts(results: Sequence[SetResult]) -> None:
    """One row a set, group and pass."""
    verdicts = "match | unsure | no_match"
    print(f"| set | pass | frames | R@1 | R@5 | {verdicts} | strangers | {verdicts} |")
    print("|---" * 12 + "|")
    for result in results:
        for name, answers in result.passes.items():
            for group, chosen in _groups(answers):
                print(f"| {result.name}, {group} | {name} | {_counts(Counts.of(chosen))} |")


def print_real(results: Sequence[SetResult], *, real: Sequence[str]) -> None:
    """What is told over all real sets, and whether scores mean what they say, there and over all sets."""
    everything = [a for result in results for a in result.passes.get(ONE_BY_ONE, [])]
    for label, answers in (
        ("real sets", [a for a in everything if a.of in real]),
        ("all sets", everything),
    ):
        if answers:
            counts = Counts.of(answers)
            print(
                f"\n{label}, {ONE_BY_ONE}: strangers told match {counts.strangers_told[Verdict.MATCH]:.1%}, "
                f"known told no_match {counts.known_told[Verdict.NO_MATCH]:.1%}, "
                f"known told match {counts.known_told[Verdict.MATCH]:.1%}"
            )
            print_reliability(answers)


def print_reliability(answers: Sequence[ShownAnswer]) -> None:
    """The curve and its expected calibration error."""
    print("\n| first match's score | showings | mean score | of these right |\n|---|---|---|---|")
    bins = reliability(answers)
    for each in bins:
        span = f"{each.low:.1f} to {each.low + 0.1:.1f}"
        print(f"| {span} | {each.count} | {each.score:.3f} | {each.right:.3f} |")
    print(f"\nexpected calibration error {calibration_error(bins):.3f}")


def print_overlaps(results: Iterable[SetResult]) -> None:
    """How well the found box covers the true one, where that is known."""
    for result in results:
        for group, answers in _groups(result.passes.get(ONE_BY_ONE, [])):
            found = [a.overlap for a in answers if a.overlap is not None]
            if found:
                missed = np.mean(np.array(found) < MISSED)
                print(
                    f"box, {result.name}, {group}: overlap {np.mean(found):.3f}, below {MISSED}: {missed:.1%}"
                )


def print_film(results: Iterable[SetResult]) -> None:
    """The film by seconds, and what teaching does to it."""
    for result in (each for each in results if each.is_film):
        for name, answers in result.passes.items():
            told = by_second(answers, a_second=CLIP_FPS)
            items = [a for a in told if a.id]
            print(f"\n{result.name}, {name}: right in {sum(a.right for a in items)} of {len(items)} seconds")
            for kind in ("item", "stranger", "empty"):
                counts = Counter(str(a.verdict) for a in told if a.group == kind)
                print(f"verdicts of {kind} seconds: {dict(counts)}")
        for teaching in result.teachings:
            _print_teaching(teaching, {a.frame: a for a in result.passes[AGAIN]})


def _print_teaching(teaching: Teaching, before: Mapping[str, ShownAnswer]) -> None:
    """What became of the camera's answers, each figure with that of the same frames before."""
    taught, told = set(teaching.taught), teaching.answers
    earlier = [before[answer.frame] for answer in told]
    figures: dict[str, Callable[[Sequence[ShownAnswer]], float]] = {
        "other frames that name them": lambda a: share_naming(a, taught, told=set(Verdict)),
        "... as match or unsure": lambda a: share_naming(a, taught, told={Verdict.MATCH, Verdict.UNSURE}),
        "... as match": lambda a: share_naming(a, taught, told={Verdict.MATCH}),
        "their own frames right": lambda a: share(each.right for each in a if each.id in taught),
        "all known frames right": lambda a: share(each.right for each in a if each.id),
        "no_match of what is unknown": lambda a: share(
            each.verdict is Verdict.NO_MATCH for each in a if not each.id
        ),
    }
    print(f"\n{', '.join(teaching.taught)} taught {teaching.way}, before → after:")
    for label, figure in figures.items():
        print(f"  {label}: {figure(earlier):.3f} → {figure(told):.3f}")


def _groups(answers: Sequence[ShownAnswer]) -> Iterator[tuple[str, list[ShownAnswer]]]:
    """The answers by group, of photos/shop also those of things that nothing was learned from, then all."""
    groups = sorted({a.group for a in answers})
    for group in groups:
        inside = [a for a in answers if a.group == group]
        yield group, inside
        if inside[0].of == "shop":
            yield f"{group}, new things", [a for a in inside if a.half == 1]
    if len(groups) > 1:
        yield "all", list(answers)


def _counts(counts: Counts) -> str:
    known, strangers = (
        " | ".join(_percent(told[verdict]) for verdict in Verdict)
        for told in (counts.known_told, counts.strangers_told)
    )
    recalls = " | ".join("" if math.isnan(share) else f"{share:.3f}" for share in (counts.first, counts.five))
    return f"{counts.known} | {recalls} | {known} | {counts.strangers} | {strangers}"


def _percent(share: float) -> str:
    return "" if math.isnan(share) else f"{share:.1%}"
