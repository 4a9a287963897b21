"""Accuracy of matches and verdicts on labelled frames: `python -m bench.accuracy FOLDER …`.

A folder is in the camera bench's form: catalogue.csv (id, title, image), frames/, and truth.csv (frame, id,
difficulty), where an empty id is a stranger. Each goes through the product's own import, crop, featurizer,
index, voting and verdict, without the processes around them. `--together 8` shows each eight rows of
truth.csv to one camera, ten a second, and counts the answer to the last. Times are CPU time of one
thread, beside bare passes of the same network on pictures of its own input size in the same run.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.indexes import KINDS, make_index
from bench.report import ShownAnswer, print_report
from common.wire import Observation
from edge.picture.crop import given_to_model
from models.featurizer import OnnxFeaturizer
from models.locate import resolve
from models.variants import BACKBONES, LEVELS
from services.bootstrap.catalogue import open_catalogue
from services.bootstrap.settings import CliSettings
from services.core.camera_mean import CameraMean
from services.core.catalogue.items import Catalogue
from services.core.evidence import Vote
from services.core.importing.import_rows import Row, read_rows
from services.core.ports import Memory
from services.core.records import K, MatchRecord
from services.core.search.follow import Follower, View
from services.core.search.lookup import Lookup
from services.core.search.votes import FRAMES

# Number of bare passes for the comparison.
BARE = 60
FRAME_S = 0.1
Frame = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class FolderResult:
    """All answers of a folder, the CPU time a frame (in all and bare network), bytes of vectors an item."""

    answers: list[ShownAnswer]
    frame_ms: float
    bare_ms: float
    item_bytes: float


def main() -> None:
    """Measure each folder, then print one report over all of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="+")
    parser.add_argument("--model", default="balanced", help="as LOOKALIKE_MODEL")
    parser.add_argument("--index", default="exact", choices=KINDS)
    parser.add_argument(
        "--together", type=int, default=1, metavar="N", help="frames that a camera agrees over"
    )
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    results = [
        measure(folder, model=arguments.model, index=arguments.index, together=arguments.together)
        for folder in arguments.folder
    ]
    print_report([answer for result in results for answer in result.answers], folders=len(results))
    frame_ms, bare_ms = (
        float(np.mean([getattr(result, name) for result in results])) for name in ("frame_ms", "bare_ms")
    )
    item_bytes = np.mean([result.item_bytes for result in results])
    print(f"\n{frame_ms:.1f} ms a frame, {frame_ms / bare_ms:.2f} times a bare pass of its network ", end="")
    print(f"({bare_ms:.1f} ms); {item_bytes:.0f} bytes of vectors an item")


def measure(folder: Path, *, model: str, index: str, together: int) -> FolderResult:
    """Import a folder's catalogue and answer its frames; each camera shows `together` of them."""
    with tempfile.TemporaryDirectory() as place:
        data = Path(place)
        settings = CliSettings(
            store=f"sqlite:///{data}/items.sqlite", pictures=f"{data}/pictures", model=model, threads=1
        )
        catalogue = open_catalogue(settings)
        _import(catalogue, folder / "catalogue.csv")
        follower = Follower(catalogue.store, make_index=lambda _model, dim: make_index(index, dim))
        follower.follow()
        lookup = Lookup(picture_url=lambda item: item.picture, k=K, max_age_s=5)
        answers, spent_s = [], 0.0
        for number, rows in groupby(enumerate(_rows(folder)), lambda numbered: numbered[0] // together):
            camera = SimulatedCamera(f"cam-{number}", catalogue, lookup, follower.view)
            for _, row in rows:
                spent_s += camera.show(_read(folder / row["frame"]))
            answers.append(_answer(row, camera.record))
        items = catalogue.store.page(limit=10**9)
    item_bytes = sum((item.vectors.size + item.probes.size) * 2 for item in items)  # float16, as kept
    frames = len(answers) * together
    return FolderResult(answers, 1000 * spent_s / frames, _bare_ms(model), item_bytes / max(1, len(items)))


class SimulatedCamera:
    """One camera, whose frames go through the edge's steps, then the search with the camera's votes."""

    record: MatchRecord

    def __init__(self, thing: str, catalogue: Catalogue, lookup: Lookup, view: View | None) -> None:
        assert isinstance(catalogue.featurizer, OnnxFeaturizer)
        self._thing, self._featurizer = thing, catalogue.featurizer
        self._lookup, self._view = lookup, view
        self._votes: list[Vote] = []
        self._mean: CameraMean | None = None
        self._captured_at_s = time.time()

    def show(self, frame: Frame) -> float:
        """Answer a frame; gives the CPU seconds that it took."""
        began_s = time.process_time()
        picture, region = given_to_model(frame, finds=self._featurizer.finds)
        vectors, _ = self._featurizer.look([picture])
        seen = Observation(
            self._thing, vectors, self._captured_at_s, model=self._featurizer.fingerprint, box=region
        )
        memories = {self._thing: Memory(self._votes, self._mean)}
        (self.record,) = self._lookup.answer([seen], self._view, memories=memories)
        spent_s = time.process_time() - began_s
        if self.record.vote:
            self._votes = [self.record.vote, *self._votes][:FRAMES]
        self._mean = self.record.mean or self._mean
        self._captured_at_s += FRAME_S
        return spent_s


def _import(catalogue: Catalogue, path: Path) -> None:
    for row in read_rows(path):
        assert isinstance(row, Row), row
        assert isinstance(row.image, Path), row
        catalogue.add(row.draft, row.image.read_bytes())


def _rows(folder: Path) -> Iterator[dict[str, str]]:
    with (folder / "truth.csv").open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _read(path: Path) -> Frame:
    frame = cv2.imread(str(path))
    assert frame is not None, path
    return np.asarray(frame, np.uint8)


def _answer(row: dict[str, str], record: MatchRecord) -> ShownAnswer:
    found = [match.item.id for match in record.matches]
    score = record.matches[0].score if record.matches else 0.0
    return ShownAnswer(row["difficulty"], row["id"], found, record.verdict, score)


def _bare_ms(model: str) -> float:
    """Milliseconds of one pass of the model's bare network, over a picture that needs no resizing."""
    level = LEVELS.get(model)
    bare = next((name for name, each in BACKBONES.items() if level and each.package == level.package), model)
    side = BACKBONES[bare].input_px if bare in BACKBONES else 224
    featurizer = OnnxFeaturizer(resolve(bare, build=True), threads=1)
    pictures: Frame = np.random.default_rng(0).integers(0, 256, (BARE, side, side, 3), np.uint8)
    spent_s = []
    for picture in pictures:
        began_s = time.process_time()
        featurizer.embed([picture])
        spent_s.append(time.process_time() - began_s)
    return 1000 * float(np.median(spent_s))


if __name__ == "__main__":
    main()
