"""The report of the accuracy bench: recall, verdicts, and the scores' calibration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.core.records import Verdict

BINS = 10


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """The answer to one showing; `id` is the truth, empty for a stranger; `score` is the first match's."""

    difficulty: str
    id: str
    found: list[str]
    verdict: Verdict
    score: float

    @property
    def right(self) -> bool:
        """Whether the first match is the item that was shown."""
        return bool(self.id) and self.found[:1] == [self.id]


def print_report(answers: Sequence[ShownAnswer], *, folders: int) -> None:
    """Print the tables, over all folders together."""
    print(f"{len(answers)} showings of {folders} folder(s)\n")
    print("| difficulty | showings | R@1 | R@5 | match | unsure | no_match |\n|---|---|---|---|---|---|---|")
    difficulties = sorted({answer.difficulty for answer in answers})
    for known in (True, False):
        for difficulty in difficulties:
            _print_line(
                difficulty, [a for a in answers if a.difficulty == difficulty and bool(a.id) is known]
            )
        if len(difficulties) > 1:
            _print_line("all", [answer for answer in answers if bool(answer.id) is known])
    print("\n| first match's score | showings | mean score | of these right |\n|---|---|---|---|")
    error = 0.0
    for low in range(BINS):
        inside = [answer for answer in answers if min(BINS - 1, int(answer.score * BINS)) == low]
        if inside:
            score, right = (float(np.mean([getattr(a, name) for a in inside])) for name in ("score", "right"))
            error += abs(score - right) * len(inside) / len(answers)
            print(
                f"| {low / BINS:.1f} to {(low + 1) / BINS:.1f} | {len(inside)} | {score:.3f} | {right:.3f} |"
            )
    print(f"\nexpected calibration error {error:.3f}")


def _print_line(difficulty: str, answers: Sequence[ShownAnswer]) -> None:
    if not answers:
        return
    count, known = len(answers), bool(answers[0].id)
    first, five = (sum(a.id in a.found[:n] for a in answers) / count for n in (1, 5))
    recalls = f"{first:.3f} | {five:.3f}" if known else " | "
    told = Counter(answer.verdict for answer in answers)
    shares = " | ".join(f"{told[verdict] / count:.1%}" for verdict in Verdict)
    print(f"| {difficulty}{'' if known else ', strangers'} | {count} | {recalls} | {shares} |")
