"""The memory of an item in a search process, and the time of a query and a write: `python -m bench.memory`.

Items as an import of one picture each makes them, but with random vectors, go into a search process's copy
of a catalogue. The process's memory before that is not counted.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from common.wire import Vectors, unit
from services.adapters.faiss_index import FaissIndex
from services.core.catalogue.views import VIEWS
from services.core.domain import Item
from services.core.search.catalogue_copy import CatalogueCopy
from services.core.search.damaged_items import DamagedItems
from services.core.search.space import ModelSpace
from services.core.search.space_fit import SpaceStatistics
from services.core.search.spaced_index import SpacedIndex

DIM = 512
CAMERA_VECTORS = 500
MODEL = "0123456789ab"
PAGE, TIMES = 500, 30


def main() -> None:
    """Print bytes an item, and milliseconds a query and a write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("items", type=int, nargs="?", default=20_000)
    count = parser.parse_args().items
    shipped = ModelSpace(_random(1, seed=count + 1)[0] / 2, _random(CAMERA_VECTORS, seed=count + 2))
    copy = CatalogueCopy(MODEL, DIM, FaissIndex(dim=DIM), DamagedItems(), SpaceStatistics(shipped, DIM).fit())
    before = _resident_bytes()
    for first in range(0, count, PAGE):
        copy.take(_items(first, min(PAGE, count - first)), cursor=first)
    gc.collect()
    taken, vectors = (_resident_bytes() - before) / count, VIEWS * DIM * 4
    print(f"{count:,} items of {VIEWS} views of {DIM} numbers: {taken:,.0f} bytes an item, ", end="")
    print(f"{vectors:,} of them its vectors, the rest facts, tables, and room for more; ", end="")
    print(f"at most {(_most_resident_bytes() - before) / count:,.0f} while they were added")
    queries = _random(TIMES, seed=count)
    compared = SpacedIndex(copy.index, copy.space, copy.standings)
    query_ms = _median_ms(lambda turn: compared.search(queries[turn : turn + 1], k=20))
    write_ms = _median_ms(lambda turn: copy.take(_items(turn, 1), cursor=count))
    print(f"median of {TIMES}: {query_ms:.1f} ms a query, {write_ms:.2f} ms a write of one item")


def _items(first: int, count: int) -> dict[str, Item]:
    rows = _random(count * VIEWS, seed=first).reshape(count, VIEWS, DIM)
    items = (_item(first + number, own) for number, own in enumerate(rows))
    return {item.id: item for item in items}


def _item(number: int, rows: Vectors) -> Item:
    """An item with words such as a shop's."""
    return Item(
        id=f"shelf-{number:08}",
        title=f"Item number {number} of the range",
        picture=f"{hashlib.sha256(str(number).encode()).hexdigest()}.jpg",
        model=MODEL,
        vectors=rows.copy(),
        link=f"https://shop.example/items/{number}",
        metadata={"category": f"Kind {number % 40}", "price": f"{number % 90}.00", "colour": "blue"},
    )


def _random(count: int, *, seed: int) -> Vectors:
    return unit(np.random.default_rng(seed).standard_normal((count, DIM), np.float32))


def _median_ms(do: Callable[[int], object]) -> float:
    spent_s: Sequence[float] = [_timed_s(do, turn) for turn in range(TIMES)]
    return 1000 * statistics.median(spent_s)


def _timed_s(do: Callable[[int], object], turn: int) -> float:
    began_s = time.perf_counter()
    do(turn)
    return time.perf_counter() - began_s


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()


def _most_resident_bytes() -> int:
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
