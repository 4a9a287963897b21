"""The share of the search by words in an import: `python -m bench.followed_import`.

Writes items with pictures, vectors and local features as an import through the api does, the model left out,
into a folder of its own, while the words of new items are read each second, or not, in turns. CPU times are
shown too, as other work on the machine hides the difference. The model's own time comes on top of both
(`python -m bench.importing`).
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from unittest.mock import MagicMock

import numpy as np

from bench.catalogue import made_up_items
from services.adapters.file_pictures import FilePictures
from services.adapters.sqlite_items import SqliteItems
from services.adapters.sqlite_search import SqliteSearch
from services.core.catalogue.finder import ItemFinder
from services.core.catalogue.picture_key import picture_key
from services.core.importing.item_maker import Made
from services.core.importing.store_writer import StoreWriter

ITEMS, AT_ONCE, PAIRS, PICTURE_BYTES = 2000, 50, 5, 20_000
EVERY_S = 1.0


def main() -> None:
    """Print both rates for each pair, and the median of their ratios."""
    made, ratios = _made(), []
    for pair in range(PAIRS):
        # They take turns at being first.
        order = (False, True) if pair % 2 else (True, False)
        taken = {followed: _write(made, followed=followed) for followed in order}
        ratios.append(taken[False][0] / taken[True][0])
        alone, followed = (len(made) / taken[each][0] for each in (False, True))
        cpu_ms = [1e6 * taken[each][1] / len(made) for each in (False, True)]
        print(
            f"alone {alone:.0f} items/s, followed {followed:.0f} items/s: {ratios[-1]:.3f} of it; "
            f"CPU of 1,000 items {cpu_ms[0]:.0f} ms and {cpu_ms[1]:.0f} ms",
            flush=True,
        )
    print(f"followed at {statistics.median(ratios):.3f} of the rate alone (median of {PAIRS} pairs)")


def _made() -> list[Made]:
    """Items with a picture each, of the usual sizes."""
    dice = np.random.default_rng(2)
    made = []
    for item in made_up_items(ITEMS):
        picture = dice.bytes(PICTURE_BYTES)
        made.append(Made(MagicMock(), item, {picture_key(picture, suffix=".jpg"): picture}))
    return made


def _write(made: Sequence[Made], *, followed: bool) -> tuple[float, float]:
    """The seconds that it took, and those of the CPU."""
    with tempfile.TemporaryDirectory() as folder:
        path, ended = Path(folder), threading.Event()
        with (
            closing(SqliteItems(path / "items.sqlite", writable=True)) as store,
            closing(SqliteSearch(path / "items-search.sqlite")) as search,
        ):
            finder, writer = ItemFinder(store, search), StoreWriter(FilePictures(path / "pictures"), store)

            def follow() -> None:
                while not ended.wait(EVERY_S):
                    finder.catch_up()

            following = threading.Thread(target=follow)
            if followed:
                following.start()
            began_s = time.perf_counter(), time.process_time()
            for at in range(0, len(made), AT_ONCE):
                writer.write(made[at : at + AT_ONCE])
            taken_s = time.perf_counter() - began_s[0], time.process_time() - began_s[1]
            ended.set()
            if followed:
                following.join()
        return taken_s


if __name__ == "__main__":
    main()
