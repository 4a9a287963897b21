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
from bench.index.asked import asked
from bench.index.catalogue_files import CatalogueFiles, read
from bench.index.live import while_it_changes
from bench.index.stored import stored, with_targets
from services.adapters.mean_index import Base
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
        "product": [lambda: engines.product(files, TARGET)],
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
    built_s, peak = time.process_time() - began_s, _status("VmHWM")
    for parameter in engine.parameters:
        engine.use(parameter)
        answered = asked(files, engine, 1)
        if answered.recall >= TARGET:
            break
    rate_64 = asked(files, engine, _BATCH).rate
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    memory = {key: value - before[key] for key, value in _resident().items()}
    found = {
        "recall": round(answered.recall, 4),
        "first": round(answered.first, 4),
        "rate": round(answered.rate),
        "rate_64": round(rate_64),
        "memory": memory["VmRSS"],
        "memory_without_files": memory["RssAnon"],
        "peak": peak,
        "build_s": round(built_s, 1),
        "parameter": parameter,
    }
    print(f"{kind:8} " + _told(found), flush=True)
    return found | _more(files, engine) if kind == "product" else found


def _more(files: CatalogueFiles, engine: Any) -> dict[str, Any]:
    """What is measured of our index alone."""
    index: SizedIndex = engine.index
    state, placed, found = index.state(), index.frozen().base, dict[str, Any]()
    recall, rate = state.recall or 0, state.rate or 0
    print(f"         it measured itself: {state.kind}, recall {recall:.4f}, rate {rate:,.0f}", flush=True)
    if placed is not None and isinstance(placed.base, Base):
        found["targets"] = with_targets(files, engine, placed.base)
        for target, values in found["targets"].items():
            print(f"         target {target}: " + _told(values), flush=True)
    kept = stored(files, index, TARGET)
    print("         " + _told(kept), flush=True)
    live = while_it_changes(files, index)
    print("         while it changes: " + _told(live), flush=True)
    return found | kept | live


def _told(values: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value:,}" for key, value in values.items())


def _resident() -> dict[str, int]:
    """Bytes of this process's memory, by their kind."""
    return {key: _status(key) for key in ("VmRSS", "RssAnon")}


def _status(key: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * int(dict(line.split(":", 1) for line in lines)[key].split()[0])


if __name__ == "__main__":
    main()
