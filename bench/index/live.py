"""The pace of our index while items are added and deleted, and a base is built of them."""

from __future__ import annotations

import threading
import time

import numpy as np

from bench.index.catalogue_files import CatalogueFiles
from bench.index.engines import ASKED
from services.adapters.sized_index import SizedIndex
from services.core.domain import IndexChange

_BATCH, _SHARE = 50, 0.06


def while_it_changes(files: CatalogueFiles, index: SizedIndex) -> dict[str, float]:
    """Milliseconds of a query meanwhile, and adds and deletes a second, until a base of all is built."""
    spent_ms, done = list[float](), threading.Event()

    def search() -> None:
        place = 0
        while not done.is_set():
            began_s = time.perf_counter()
            index.search(files.queries[place : place + 1], k=ASKED)
            spent_ms.append(1000 * (time.perf_counter() - began_s))
            place = (place + 1) % len(files.queries)

    searcher = threading.Thread(target=search)
    searcher.start()
    count = max(1100, int(_SHARE * files.items))
    _, rows = next(files.chunks())
    added_s = _spent_s(index, [IndexChange(f"new-{n}", rows[n % len(rows)]) for n in range(count)])
    index.settled(3600)
    deleted_s = _spent_s(index, [IndexChange(f"new-{n}", None) for n in range(count)])
    index.settled(3600)
    done.set()
    searcher.join()
    return {
        "p50_ms": round(float(np.percentile(spent_ms, 50)), 2),
        "p99_ms": round(float(np.percentile(spent_ms, 99)), 2),
        "adds_a_s": round(count / added_s),
        "deletes_a_s": round(count / deleted_s),
    }


def _spent_s(index: SizedIndex, changes: list[IndexChange]) -> float:
    began_s = time.perf_counter()
    for first in range(0, len(changes), _BATCH):
        index.apply(changes[first : first + _BATCH], cursor=index.cursor + 1)
    return time.perf_counter() - began_s
