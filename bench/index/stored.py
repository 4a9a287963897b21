"""Seconds in which our index is written to files and read, and its pace with other targets."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.index.asked import asked
from bench.index.catalogue_files import CatalogueFiles
from bench.index.engines import ASKED, Product
from services.adapters.faiss_index import FaissFiles
from services.adapters.mean_index import MAPPED, Base
from services.adapters.mean_index.tuning import made_probes, tuned
from services.adapters.sized_index import SizedFiles, SizedIndex
from services.bootstrap.follower import make_sized

_TARGETS = (0.95, 0.9)


def stored(files: CatalogueFiles, index: SizedIndex, target: float) -> dict[str, float]:
    """Seconds of a clock until all is written, is read again, and has answered its first query."""
    form = SizedFiles(
        load_exact=FaissFiles().load,
        load_base=Base.load,
        mapped=MAPPED,
        make=lambda dim, delta, base: make_sized(target, dim, delta, base),
    )
    with TemporaryDirectory(dir=files.folder) as folder:
        began_s = time.perf_counter()
        index.frozen().save(Path(folder), breathe=lambda: None)
        saved_s = time.perf_counter()
        loaded = form.load(Path(folder), dim=files.dim, cursor=0)
        loaded_s = time.perf_counter()
        loaded.search(files.queries[:1], k=ASKED)
        answered_s = time.perf_counter()
    return {
        "save_s": round(saved_s - began_s, 4),
        "load_s": round(loaded_s - saved_s, 4),
        "first_answer_s": round(answered_s - saved_s, 4),
    }


def with_targets(files: CatalogueFiles, engine: Product, base: Base) -> dict[str, dict[str, Any]]:
    """What is found, and how fast, where a smaller share is asked for; the base stays as it is."""
    own, probes = base.tuned, made_probes(base.views, seed=len(base))
    found = dict[str, dict[str, Any]]()
    for target in (own.target, *_TARGETS):
        base.tuned = own if target == own.target else tuned(base.means, probes, target=target)
        one, many = asked(files, engine, 1), asked(files, engine, 64)
        found[str(target)] = {
            "recall": round(one.recall, 4),
            "first": round(one.first, 4),
            "rate": round(one.rate),
            "rate_64": round(many.rate),
            "candidates": base.tuned.candidates,
            "compared": base.tuned.compared,
        }
    base.tuned = own
    return found
