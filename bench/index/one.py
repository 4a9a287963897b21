"""Measures one index in a process of its own: `python -m bench.index.one KIND FOLDER [LINKS …]`."""

from __future__ import annotations

import ctypes
import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.index import engines
from bench.index.catalogue_files import TEN, CatalogueFiles, read
from bench.index.live import while_it_changes
from services.adapters.sized_index import SizedIndex
from services.search.freed_memory import share_freed_memory

TARGET = 0.99
_BATCH = 64


def main() -> None:
    """Print lines to read, then one of JSON."""
    share_freed_memory()
    kind, files = sys.argv[1], read(Path(sys.argv[2]))
    links = [int(each) for each in sys.argv[3:]]
    builders: dict[str, list[Callable[[], Any]]] = {
        "product": [lambda: engines.product(files)],
        "exact": [lambda: engines.exact(files)],
        "hnswlib": [_with(engines.hnswlib, files, each) for each in links],
        "usearch": [_with(engines.usearch, files, each) for each in links[:1]],
    }
    best = max((_best(kind, files, build) for build in builders[kind]), key=lambda each: each["rate"])
    print(json.dumps(best))


def _with(
    build: Callable[[CatalogueFiles, int], Any], files: CatalogueFiles, links: int
) -> Callable[[], Any]:
    def built() -> Any:
        return build(files, links)

    return built


def _best(kind: str, files: CatalogueFiles, build: Callable[[], Any]) -> dict[str, Any]:
    """The measures with the first parameter that reaches the target; of the last one, if none does."""
    gc.collect()
    before, began_s = _resident(), time.process_time()
    engine = build()
    built_s = time.process_time() - began_s
    for parameter in engine.parameters:
        engine.use(parameter)
        recall, rate = _asked(files, engine, 1)
        if recall >= TARGET:
            break
    _, rate_64 = _asked(files, engine, _BATCH)
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    memory = {key: value - before[key] for key, value in _resident().items()}
    found = {
        "recall": round(recall, 4),
        "rate": round(rate),
        "rate_64": round(rate_64),
        "memory": memory["VmRSS"],
        "memory_without_files": memory["RssAnon"],
        "build_s": round(built_s, 1),
        "parameter": parameter,
    }
    print(f"{kind:8} " + ", ".join(f"{key} {value:,}" for key, value in found.items()), flush=True)
    if kind == "product":
        index: SizedIndex = engine.index
        state = index.state()
        recall, rate = state.recall or 0, state.rate or 0
        print(f"         it measured itself: {state.kind}, recall {recall:.4f}, rate {rate:,.0f}")
        live = while_it_changes(files, index)
        print("         while it changes: " + ", ".join(f"{key} {value:,}" for key, value in live.items()))
        found |= live
    return found


def _asked(files: CatalogueFiles, engine: Any, batch: int) -> tuple[float, float]:
    """Recall of the exact answer's ten items, and queries a second of the processor."""
    queries, hits = files.queries, 0
    engine.search(queries[:batch])
    spent_s = 0.0
    for first in range(0, len(queries), batch):
        own = slice(first, first + batch)
        began_s = time.process_time()
        found = engine.search(queries[own])
        spent_s += time.process_time() - began_s
        nearest = files.nearest[own].tolist()
        hits += sum(len(set(items[:TEN]) & set(near)) for items, near in zip(found, nearest, strict=True))
    return hits / (TEN * len(queries)), len(queries) / spent_s


def _resident() -> dict[str, int]:
    """Bytes of this process's memory, by their kind."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    named = dict(line.split(":", 1) for line in lines)
    return {key: 1024 * int(named[key].split()[0]) for key in ("VmRSS", "RssAnon")}


if __name__ == "__main__":
    main()
