"""Problems of the catalogue, and the report of all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is wrong, the most harmful first."""

    SAME_PICTURE = "same_picture"
    TOO_NEAR = "too_near"
    CONFUSED = "confused"
    OFTEN_CORRECTED = "often_corrected"
    BLURRED = "blurred"
    TINY = "tiny"
    ONE_PICTURE = "one_picture"
    NEVER_MATCHED = "never_matched"


# What a person can do about each kind.
ADVICE: Mapping[Kind, str] = {
    Kind.SAME_PICTURE: "Give each item a picture of its own, or delete all but one of them.",
    Kind.TOO_NEAR: "Add pictures of the sides on which they differ, or make them one item.",
    Kind.CONFUSED: "Teach both before the camera, turned to the sides on which they differ.",
    Kind.OFTEN_CORRECTED: "Teach the item before the camera, or give it better pictures.",
    Kind.BLURRED: "Replace the picture by a sharp one.",
    Kind.TINY: "Replace the picture by a larger one.",
    Kind.ONE_PICTURE: "Add pictures of further sides, or teach the item before the camera.",
    Kind.NEVER_MATCHED: "Show it to a camera: if it isn't recognised, teach it.",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of one item, or of several together.

    `value` is the cosine of `too_near`, how often people said so for `confused` and `often_corrected`, the
    blur (looks.py) of `blurred`, and the shorter side in pixels of `tiny`; None for the others. `place` is
    that of the picture among the item's, where the problem is one picture's.
    """

    kind: Kind
    items: tuple[str, ...]
    value: float | None = None
    place: int = 0

    @property
    def detail(self) -> str:
        """What was found, in words."""
        value = self.value or 0
        return {
            Kind.SAME_PICTURE: f"{len(self.items)} items have the very same picture",
            Kind.TOO_NEAR: f"their pictures are alike to {value:.0%}",
            Kind.CONFUSED: f"taken for each other {_times(value)}, as people said",
            Kind.OFTEN_CORRECTED: f"people said {_times(value)} that it was another item",
            Kind.BLURRED: f"picture {self.place + 1} is blurred ({value:.0%}; a sharp one has below 50%)",
            Kind.TINY: f"the shorter side of picture {self.place + 1} has {value:.0f} pixels",
            Kind.ONE_PICTURE: "it has one picture",
            Kind.NEVER_MATCHED: "no camera has recognised it in the days that the history covers",
        }[self.kind]


def _times(number: float) -> str:
    return "once" if number == 1 else f"{number:.0f} times"


@dataclass(frozen=True, slots=True)
class Report:
    """The problems of a catalogue of `items` items at the store's cursor; the time in Unix seconds.

    `unread` is the number of pictures that could not be read.
    """

    checked_at_s: float
    cursor: int
    items: int
    problems: tuple[Problem, ...]
    unread: int = 0

    @property
    def counts(self) -> dict[Kind, int]:
        """The number of problems of each kind, also of those without any."""
        found = Counter(each.kind for each in self.problems)
        return {kind: found[kind] for kind in Kind}

    def of(self, kind: Kind) -> list[Problem]:
        """The problems of a kind."""
        return [each for each in self.problems if each.kind == kind]
