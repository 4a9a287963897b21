"""How often the right item is found in single frames: `python -m bench.accuracy FOLDER …`.

A folder is in the camera bench's form: catalogue.csv (id, title, image), frames/, and truth.csv (frame, id,
difficulty), where an empty id is a stranger. Each goes through the product's own import, crop, featurizer,
index and verdict, without the processes around them. Times are of one thread, beside bare passes through the
model on the same crops in the same run.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.crop import centre_square
from models.featurizer import OnnxFeaturizer
from models.locate import resolve
from services.adapters.faiss_index import FaissIndex
from services.bootstrap.search import K
from services.bootstrap.stores import open_catalogue
from services.core.catalogue import Catalogue
from services.core.domain import MatchRecord, Verdict
from services.core.follow import Follower
from services.core.lookup import Lookup
from services.core.rows import Row, read_rows
from services.core.wire import Observation

# Bare passes for the comparison; each on another crop.
BARE = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of one frame; `id` is the truth, empty for a stranger."""

    folder: str
    difficulty: str
    id: str
    found: list[str]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Result:
    """All answers of a folder, the time a frame (whole way, bare model), bytes of vectors an item."""

    answers: list[Answer]
    frame_ms: float
    bare_ms: float
    item_bytes: float


def main() -> None:
    """Measure each folder, then print one table over all of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="+")
    parser.add_argument("--model", default="lite0", help="lite0, lite1, lite2 or an .onnx file")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    results = [measure(folder, model=arguments.model) for folder in arguments.folder]
    _print([answer for result in results for answer in result.answers], folders=len(results))
    frame_ms = np.mean([result.frame_ms for result in results])
    times = frame_ms / np.mean([result.bare_ms for result in results])
    item_bytes = np.mean([result.item_bytes for result in results])
    print(f"\n{frame_ms:.1f} ms a frame, {times:.2f} times a bare pass through the model; ", end="")
    print(f"{item_bytes:.0f} bytes of vectors an item")


def measure(folder: Path, *, model: str) -> Result:
    """Import a folder's catalogue and answer its frames one by one."""
    with tempfile.TemporaryDirectory() as place:
        data = Path(place)
        catalogue = open_catalogue(data / "items.sqlite", data / "pictures", model=model, threads=1)
        _import(catalogue, folder / "catalogue.csv")
        follower = Follower(catalogue.store, make_index=lambda dim: FaissIndex(dim=dim))
        follower.follow()
        lookup = Lookup(store=catalogue.store, picture_url=lambda item: item.picture, k=K, max_age_s=5)
        answers, took_s = [], 0.0
        for row, frame in _frames(folder):
            began_s = time.perf_counter()
            (record,) = lookup.answer([_observe(frame, catalogue)], follower.view)
            took_s += time.perf_counter() - began_s
            answers.append(_answer(folder.name, row, record))
        items = catalogue.store.page(limit=10**9)
    vectors_bytes = sum(item.vectors.size * 2 for item in items)  # float16, as they are kept
    return Result(
        answers, 1000 * took_s / len(answers), _bare_ms(folder, model), vectors_bytes / max(1, len(items))
    )


def _import(catalogue: Catalogue, path: Path) -> None:
    for row in read_rows(path):
        assert isinstance(row, Row), row
        assert isinstance(row.image, Path), row
        catalogue.add(row.draft, row.image.read_bytes())


def _frames(folder: Path) -> Iterator[tuple[dict[str, str], NDArray[np.uint8]]]:
    with (folder / "truth.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            frame = cv2.imread(str(folder / row["frame"]))
            assert frame is not None, row
            yield row, np.asarray(frame, np.uint8)


def _observe(frame: NDArray[np.uint8], catalogue: Catalogue) -> Observation:
    picture, box = centre_square(frame)
    vectors = catalogue.featurizer.embed([picture])
    return Observation("bench", vectors, time.time(), model=catalogue.featurizer.fingerprint, box=box)


def _answer(folder: str, row: dict[str, str], record: MatchRecord) -> Answer:
    found = [match.item.id for match in record.matches]
    return Answer(folder, row["difficulty"], row["id"], found, record.verdict)


def _bare_ms(folder: Path, model: str) -> float:
    featurizer = OnnxFeaturizer(resolve(model, build=True), threads=1)
    crops = [centre_square(frame)[0] for (_, frame), _ in zip(_frames(folder), range(BARE), strict=False)]
    began_s = time.perf_counter()
    for crop in crops:
        featurizer.embed([crop])
    return 1000 * (time.perf_counter() - began_s) / len(crops)


def _print(answers: list[Answer], *, folders: int) -> None:
    print(f"{len(answers)} frames of {folders} folder(s)\n")
    print("| difficulty | frames | R@1 | R@5 | match | unsure | no_match |\n|---|---|---|---|---|---|---|")
    for difficulty in sorted({answer.difficulty for answer in answers}):
        for known in (True, False):
            chosen = [a for a in answers if a.difficulty == difficulty and bool(a.id) is known]
            if chosen:
                print(_line(difficulty if known else f"{difficulty}, strangers", chosen, known=known))


def _line(name: str, answers: list[Answer], *, known: bool) -> str:
    count = len(answers)
    first, five = (sum(a.id in a.found[:n] for a in answers) / count for n in (1, 5))
    recalls = f"{first:.3f} | {five:.3f}" if known else " | "
    told = Counter(answer.verdict for answer in answers)
    shares = " | ".join(f"{told[verdict] / count:.1%}" for verdict in Verdict)
    return f"| {name} | {count} | {recalls} | {shares} |"


if __name__ == "__main__":
    main()
