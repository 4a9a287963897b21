"""Records the match stream and compares it with the clip's truth."""

from __future__ import annotations

import csv
import json
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from common.wire import from_iso
from tests.system.stack import ROOT

TRUTH = ROOT / "samples" / "truth.csv"


class MatchRecorder:
    """Reads GET /matches/stream in a thread while entered."""

    def __init__(self, page: str) -> None:
        self.records: list[dict[str, Any]] = []
        self._page = page
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        self._thread.join()

    def _read(self) -> None:
        for record in read_matches(self._page, self._leaving, timeout_s=10):
            self.records.append(record)


def read_matches(page: str, leaving: threading.Event, *, timeout_s: float) -> Iterator[dict[str, Any]]:
    """Records of one connection to GET /matches/stream, until it is time to stop."""
    with httpx.stream("GET", f"{page}/matches/stream", timeout=timeout_s) as response:
        event = ""
        for line in response.iter_lines():
            if leaving.is_set():
                return
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: ") and event == "match":
                yield json.loads(line.removeprefix("data: "))


@dataclass(frozen=True, slots=True)
class TruthScene:
    """A stretch of the clip; `kind` is item, stranger or empty."""

    from_s: float
    to_s: float
    id: str
    kind: str


@dataclass(frozen=True, slots=True)
class Second:
    """The system's answer in one second of the clip: the id and verdict of most of its records."""

    scene: TruthScene
    best: str | None
    verdict: str | None


def read_truth(path: Path = TRUTH) -> list[TruthScene]:
    """The clip's scenes in order."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            TruthScene(float(row["from_s"]), float(row["to_s"]), row["id"], row["kind"])
            for row in csv.DictReader(file)
        ]


def seconds(
    records: Sequence[dict[str, Any]], truth: Sequence[TruthScene], *, began_s: float
) -> list[Second]:
    """The answer in each whole second that lies in one scene; `began_s` is when the clip's loop began."""
    heard: dict[int, list[dict[str, Any]]] = {}
    for record in records:
        at_s = from_iso(record["captured_at"]) - began_s
        if 0 <= at_s < truth[-1].to_s:
            heard.setdefault(int(at_s), []).append(record)
    return [
        Second(scene, _most(heard.get(at_s, []), "id"), _most(heard.get(at_s, []), "verdict"))
        for scene in truth
        for at_s in range(-(-scene.from_s // 1).__int__(), int(scene.to_s))
    ]


def seconds_of_two_loops(
    records: Sequence[dict[str, Any]], truth: Sequence[TruthScene], *, began_s: float
) -> list[Second]:
    """The same, with the second loop's answer where the first has none: a busy machine loses some."""
    first = seconds(records, truth, began_s=began_s)
    again = seconds(records, truth, began_s=began_s + truth[-1].to_s)
    return [late if early.best is None else early for early, late in zip(first, again, strict=True)]


def _most(records: Sequence[dict[str, Any]], what: str) -> str | None:
    values = [record["verdict"] if what == "verdict" else record["matches"][0]["id"] for record in records]
    return Counter(values).most_common(1)[0][0] if values else None


def share_right(answers: Sequence[Second]) -> float:
    """The share of item seconds whose best match is the item."""
    items = [answer for answer in answers if answer.scene.kind == "item"]
    return sum(answer.best == answer.scene.id for answer in items) / len(items)


def verdicts(answers: Sequence[Second], kind: str) -> Counter[str | None]:
    """The number of seconds with each verdict, for one kind of scene."""
    return Counter(answer.verdict for answer in answers if answer.scene.kind == kind)


def expect_right(answers: Sequence[Second]) -> None:
    """Fail unless most item seconds name the item, few of them nothing, and few others claim a match."""
    assert share_right(answers) >= 0.9, [
        a for a in answers if a.scene.kind == "item" and a.best != a.scene.id
    ]
    told = verdicts(answers, "stranger") + verdicts(answers, "empty")
    assert told["match"] / told.total() <= 0.3, told
    told = verdicts(answers, "item")
    assert told["no_match"] / told.total() <= 0.25, told
