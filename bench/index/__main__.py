"""Our index beside hnswlib, usearch and an exact one: `python -m bench.index --items 30000`.

One thread, a process each, queries one at a time and 64 at once. Vectors are made, as made_catalogue.py says.
Each is asked for the 50 items that a search damps; recall is the share of the exact answer's ten items, which
hnswlib and usearch reach by the best of several parameters. Times are of the processor; memory is what is
resident after the queries, mapped files included.

The last line is JSON: recall and rate are ours, one query at a time, `ratio` is the rate by hnswlib's and
`memory_ratio` the memory by hnswlib's.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.index.catalogue_files import written
from bench.index.curve import keep
from bench.index.made_catalogue import made_catalogue
from services.core.catalogue.views import VIEWS

KINDS = ("product", "hnswlib", "usearch", "exact")
_BESIDE = Path("build/bench-index")
_LOCK = Path(__file__).with_name("requirements.lock")


def main() -> None:
    """Print a line an index, and one of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=30_000)
    parser.add_argument("--views", type=int, default=VIEWS, help="of an item; by default those of an import")
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--only", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--links", type=int, nargs="+", default=[16, 32], help="hnswlib's M, each tried")
    parser.add_argument("--keep", action="store_true", help="keep the measures for the curve in the docs")
    options = parser.parse_args()
    if {"hnswlib", "usearch"} & set(options.only):
        _install()
    with tempfile.TemporaryDirectory() as folder:
        made = made_catalogue(options.items, views=options.views, queries=options.queries)
        written(made, Path(folder))
        print(
            f"{options.items:,} items of {options.views} views, made; {options.queries} queries", flush=True
        )
        del made
        measured = {kind: _measured(kind, folder, options.links) for kind in options.only}
    if options.keep:
        keep(options.items, measured)
    print(json.dumps(_last(measured)))


def _install() -> None:
    """Put the other indexes beside the environment, checked by hash, unless they are there."""
    marker = _BESIDE / "lock"
    if marker.is_file() and marker.read_bytes() == _LOCK.read_bytes():
        return
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run(
        [*pip, "--upgrade", "--require-hashes", "-r", str(_LOCK), "--target", str(_BESIDE)], check=True
    )
    marker.write_bytes(_LOCK.read_bytes())


def _measured(kind: str, folder: str, links: list[int]) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.index.one", kind, folder, *map(str, links)]
    path = os.pathsep.join([str(_BESIDE.resolve()), os.environ.get("PYTHONPATH", "")])
    one = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": path}
    done = subprocess.run(command, env=os.environ | one, stdout=subprocess.PIPE, check=True, text=True)
    *told, last = done.stdout.splitlines()
    print("\n".join(told), flush=True)
    found: dict[str, Any] = json.loads(last)
    return found


def _last(measured: dict[str, dict[str, Any]]) -> dict[str, Any]:
    own, other = measured.get("product"), measured.get("hnswlib")
    if own is None or other is None:
        return measured
    return {
        "recall": own["recall"],
        "rate": own["rate"],
        "ratio": round(own["rate"] / other["rate"], 2),
        "memory_ratio": round(own["memory"] / other["memory"], 2),
        "ratio_64": round(own["rate_64"] / other["rate_64"], 2),
        "hnswlib": other,
        **{key: own[key] for key in own if key not in ("recall", "rate")},
    }


if __name__ == "__main__":
    main()
