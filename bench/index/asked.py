"""The queries that an index is asked, and what it found of the exact answers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from bench.index.catalogue_files import TEN, CatalogueFiles


@dataclass(frozen=True, slots=True)
class Answered:
    """Shares of the exact answers' ten items among the first ten, and of their first item as the first.

    `rate` is the number of queries a second of the processor.
    """

    recall: float
    first: float
    rate: float


def asked(files: CatalogueFiles, engine: Any, batch: int) -> Answered:
    """All queries, `batch` at once."""
    queries, hits, firsts = files.queries, 0, 0
    engine.search(queries[:batch])
    spent_s = 0.0
    for start in range(0, len(queries), batch):
        own = slice(start, start + batch)
        began_s = time.process_time()
        found = engine.search(queries[own])
        spent_s += time.process_time() - began_s
        for items, nearest in zip(found, files.nearest[own].tolist(), strict=True):
            hits += len(set(items[:TEN]) & set(nearest))
            firsts += items[0] == nearest[0]
    return Answered(hits / (TEN * len(queries)), firsts / len(queries), len(queries) / spent_s)
