"""A large import that is killed halfway and goes on, the model left out: `python -m bench.large_import`.

All of `lookalike items import` into a folder is real but the making of vectors, local features and pictures,
which are random and of the usual sizes: reading of the table, journal, picture files, item store, twins.
Two processes: the first is killed with SIGKILL when half of the items are in the store, the second goes on.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import cast

import numpy as np

from common.wire import unit
from services.adapters.file_pictures import FilePictures
from services.adapters.sqlite_items import SqliteItems
from services.bootstrap.settings import CliSettings
from services.cli.import_ import open_journal, outcome
from services.cli.import_sources import open_source
from services.core.catalogue.picture_key import picture_key
from services.core.catalogue.views import RECIPE
from services.core.domain import Item
from services.core.importing.import_rows import BadRow
from services.core.importing.import_run import ImportCounts, ImportRun
from services.core.importing.item_maker import Job, Made, Maker
from services.core.importing.store_writer import StoreWriter

DIM, VIEWS = 512, 4
_POINTS_BYTES, _PICTURE_BYTES = 11_000, 2_000
MODEL = "0123456789ab"


class RandomMaker:
    """Makes items of the usual sizes, all random, in the place of a Maker."""

    def make_all(self, jobs: Iterable[Job]) -> Iterator[Made | BadRow]:
        """The items, in the order of the jobs."""
        dice = np.random.default_rng(os.getpid())
        for job in jobs:
            picture = dice.bytes(_PICTURE_BYTES)
            key = picture_key(picture, suffix=".jpg")
            vectors = unit(dice.standard_normal((VIEWS, DIM), np.float32))
            item = Item(
                str(job.draft.id),
                job.draft.title,
                key,
                MODEL,
                vectors,
                recipe=RECIPE,
                points=(dice.bytes(_POINTS_BYTES),),
            )
            yield Made(job, item, {key: picture})


def main() -> int:
    """Run both processes in a folder that is removed afterwards, or one of them in a given folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.folder is not None:
        _import(given.folder)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        _both(Path(folder), given.items)
    return 0


def _both(folder: Path, items: int) -> None:
    _write_table(folder / "items.csv", items)
    command = [sys.executable, "-m", "bench.large_import", "--folder", str(folder)]
    began_s = time.perf_counter()
    first = subprocess.Popen(command)
    while _noted(folder) < items // 2:
        if first.poll() is not None:
            raise SystemExit(f"the first process ended with {first.returncode}")
        time.sleep(0.05)
    first.kill()
    first.wait()
    noted, took_s = _noted(folder), time.perf_counter() - began_s
    print(f"killed after {took_s:.1f} s, with {noted} of {items} in the journal")
    subprocess.run(command, check=True)
    with closing(SqliteItems(folder / "items.sqlite", writable=False)) as store:
        print(f"{store.count()} items in the store, of {items} rows")


def _write_table(path: Path, items: int) -> None:
    """A table whose pictures exist as one file: they are not read here."""
    path.with_name("any.jpg").write_bytes(b"\xff\xd8\xff")
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["id", "title", "image", "price"])
        for number in range(items):
            table.writerow([f"item-{number:06}", f"Item {number}", "any.jpg", number % 90])


def _noted(folder: Path) -> int:
    """The lines of the journal."""
    journals = list((folder / "imports").glob("*.journal"))
    return journals[0].read_bytes().count(b"\n") if journals else 0


def _import(folder: Path) -> None:
    """One process, as the command line has it; it says what each part took."""
    settings = CliSettings(data_dir=folder)
    began_s, firsts = time.perf_counter(), list[float]()

    def step(counts: ImportCounts) -> None:
        if counts.kept and not firsts:
            firsts.append(time.perf_counter() - began_s)

    store, pictures = SqliteItems(settings.store_path, writable=True), FilePictures(folder / "pictures")
    with (
        closing(store),
        open_source(str(folder / "items.csv"), settings, model=MODEL) as found,
        open_journal(settings, found.name) as journal,
    ):
        opened_s = time.perf_counter() - began_s
        maker = cast(Maker, RandomMaker())
        run = ImportRun(maker, StoreWriter(pictures, store), journal=journal, on_step=step)
        counts = run.run(found.jobs)
        took_s = time.perf_counter() - began_s
        twins_s = time.perf_counter()
        run.twins.found(store)
        twins_s = time.perf_counter() - twins_s
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{outcome(counts)}: {counts.kept / (took_s - opened_s):.0f} items/s")
    print(f"table and journal read in {opened_s:.1f} s, first item kept after {firsts[0]:.1f} s, ", end="")
    print(f"all after {took_s:.1f} s, twins looked for in {twins_s:.1f} s; at most {peak_mib:.0f} MiB")


if __name__ == "__main__":
    sys.exit(main())
