"""Accuracy on labelled frames: `python -m bench.accuracy`, or `python -m bench.accuracy FOLDER …`.

Without a folder it measures all sets: photographs of real things (../shared/photos), the camera bench
(../shared/camera-bench) with its drawn grounds and over photographs, flat printed things, and the clip; a set
whose folder is not there is left out and named. Each goes through the product's own import, crop, featurizer,
index, second look, voting and verdict, without the processes around them: frames one by one, as a search by
picture answers them, and as a camera sends them, through the edge's loop and a real Redis; before and after
teaching. Vectors are remembered in the folder for what is made, so a second run takes less long.

A folder is in the camera bench's form: catalogue.csv (id, title, image), frames/, and truth.csv (frame, id,
difficulty), where an empty id is a stranger. `--together 8` shows each eight rows of truth.csv to one camera,
ten a second, and counts the answer to the last. Times are CPU time of one thread.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import cv2

from bench.accuracy.available import NAMES, REAL, MissingSetError, Sources
from bench.accuracy.costs import Costs, measure_costs
from bench.accuracy.dump import write_dump
from bench.accuracy.labelled_sets import SAMPLES, LabelledSet, read_folder
from bench.accuracy.measure import ONE_BY_ONE, SetResult, as_camera, measure
from bench.accuracy.product import Product, running_redis
from bench.accuracy.remembered_vectors import RememberedVectors
from bench.accuracy.report import print_counts, print_film, print_overlaps, print_real, print_reliability
from bench.indexes import KINDS
from models.featurizer import OnnxFeaturizer
from models.locate import resolve

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Measure what is asked for, then print one report over all of it."""
    arguments = _arguments()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as place, running_redis(Path(place) / "redis") as redis_url:
        bench = Bench(arguments, Path(place), redis_url)
        results = bench.folders() if arguments.folder else bench.sets()
        costs = bench.costs() if arguments.costs else None
    print_counts(results)
    if arguments.folder:
        print_reliability([a for result in results for a in result.passes[ONE_BY_ONE]])
    else:
        print_real(results, real=REAL)
        print_overlaps(results)
        print_film(results)
    for name, reason in bench.left_out.items():
        print(f"\nleft out: {name}, because {reason}")
    if costs is not None:
        print(f"\n{costs}")
    if arguments.dump:
        write_dump(arguments.dump, [a for result in results for a in result.passes[ONE_BY_ONE]])
    if arguments.json:
        _write_json(arguments.json, results, costs)


class Bench:
    """One run: a product for each set, with one Redis and one model."""

    def __init__(self, arguments: argparse.Namespace, place: Path, redis_url: str) -> None:
        self._arguments, self._place, self._redis_url = arguments, place, redis_url
        model = OnnxFeaturizer(resolve(arguments.model, build=True), threads=1)
        self._featurizer = RememberedVectors(model, arguments.made / "vectors.sqlite")
        # Why a set could not be measured, by its name.
        self.left_out: dict[str, str] = {}

    def sets(self) -> list[SetResult]:
        """The report's sets; those that are made from random numbers once for each seed."""
        arguments = self._arguments
        sources = Sources(arguments.photos, arguments.camera_bench, arguments.made)
        results = []
        for name in arguments.sets:
            for seed in arguments.seeds:
                try:
                    labelled = _of_half(sources.open(name, seed), arguments.half)
                except MissingSetError as error:
                    self.left_out[name] = str(error)
                    break
                self._tell(f"{name}, seed {seed}: {len(labelled.showings)} frames")
                product = self._product(f"{name}-{seed}")
                results.append(measure(labelled, product, seed=seed, taught=arguments.taught))
                if name in REAL and not arguments.taught:
                    break  # the same each time
        return results

    def folders(self) -> list[SetResult]:
        """The folders that were named, one by one or agreeing over frames."""
        results = []
        for number, folder in enumerate(self._arguments.folder):
            labelled, product = read_folder(folder.name, folder), self._product(f"folder-{number}")
            if self._arguments.together == 1:
                results.append(measure(labelled, product, seed=0, taught=False))
                continue
            product.import_table(labelled.catalogue)
            together = as_camera(labelled, product, thing=f"cam-{number}", together=self._arguments.together)
            results.append(SetResult(labelled.name, False, {ONE_BY_ONE: together}))
        return results

    def costs(self) -> Costs:
        """What it costs, with the sample catalogue."""
        product = self._product("costs")
        product.import_table(SAMPLES / "catalogue.csv")
        return measure_costs(product, self._arguments.model)

    def _product(self, name: str) -> Product:
        folder = self._place / name
        folder.mkdir()
        given = self._arguments
        return Product(folder, self._redis_url, self._featurizer, model=given.model, index=given.index)

    def _tell(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="*")
    parser.add_argument("--sets", nargs="+", choices=NAMES, default=NAMES, help="by default all")
    parser.add_argument("--half", type=int, choices=(0, 1), help="of photos/shop only: 1 is new to the model")
    parser.add_argument(
        "--seeds", type=int, nargs="+", default=[0], help="of made sets and of what is taught"
    )
    parser.add_argument("--no-teaching", dest="taught", action="store_false", help="leave out what is taught")
    parser.add_argument("--no-costs", dest="costs", action="store_false", help="leave out the costs")
    parser.add_argument("--model", default="balanced", help="as LOOKALIKE_MODEL")
    parser.add_argument("--index", default="exact", choices=KINDS)
    parser.add_argument(
        "--together", type=int, default=1, metavar="N", help="frames that a camera agrees over"
    )
    parser.add_argument("--photos", type=Path, default=ROOT.parent / "shared" / "photos")
    parser.add_argument("--camera-bench", type=Path, default=ROOT.parent / "shared" / "camera-bench")
    parser.add_argument(
        "--made", type=Path, default=ROOT / ".cache" / "accuracy", help="for what is made once"
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all answers")
    parser.add_argument("--dump", type=Path, metavar="OUT.npz", help="write what the verdicts are made from")
    return parser.parse_args()


def _of_half(labelled: LabelledSet, half: int | None) -> LabelledSet:
    if half is None or labelled.name != "shop":
        return labelled
    showings = [each for each in labelled.showings if each.half == half]
    return LabelledSet(labelled.name, labelled.catalogue, showings, labelled.train)


def _write_json(path: Path, results: Sequence[SetResult], costs: Costs | None) -> None:
    told = {"sets": [asdict(result) for result in results], "costs": costs and asdict(costs)}
    path.write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main()
