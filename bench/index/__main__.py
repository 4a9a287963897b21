"""Our index beside hnswlib, usearch and an exact one: `python -m bench.index --items 30000`.

One thread, a process each, queries one at a time and 64 at once. Vectors are made, as made_catalogue.py says.
Each is asked for the 50 items that a search damps; recall is the share of the exact answer's ten items, which
hnswlib and usearch reach by the best of several parameters; `first` is the share of its first item that came
first. Times are of the processor; memory is what is resident after the queries, mapped files included, and
`peak` the most until the index was built. Ours is measured with lower targets too, is saved and loaded.

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

from bench.index.catalogue_files import is_made, written
from bench.index.curve import keep
from services.core.catalogue.views import VIEWS

KINDS = ("product", "hnswlib", "usearch", "exact")
# Above this number of items a graph of all rows takes hours to build, and an exact index of a million 12 GiB
# while it grows.
_LARGE, _FEW_QUERIES, _QUERIES = 100_000, 200, 500
_BESIDE = Path("build/bench-index")
_LOCK = Path(__file__).with_name("requirements.lock")


def main() -> None:
    """Print a line an index, and one of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=30_000)
    parser.add_argument("--views", type=int, default=VIEWS, help="of an item; by default those of an import")
    parser.add_argument("--queries", type=int, help="by default 500, and 200 above 100,000 items")
    parser.add_argument("--only", nargs="+", choices=KINDS, help="by default all, ours alone above 100,000")
    parser.add_argument("--links", type=int, nargs="+", default=[16, 32], help="hnswlib's M, each tried")
    parser.add_argument("--keep", action="store_true", help="keep the measures for the curve in the docs")
    parser.add_argument(
        "--made", type=Path, help="a folder where the made catalogue stays, and is found again"
    )
    options = parser.parse_args()
    is_large = options.items > _LARGE
    kinds = options.only or (KINDS[:1] if is_large else KINDS)
    if is_large and not options.only:
        print("ours alone: a graph of all rows takes too long to build, an exact index too much memory")
    if {"hnswlib", "usearch"} & set(kinds):
        _install()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.made or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        shape = (options.items, options.views, options.queries or (_FEW_QUERIES if is_large else _QUERIES))
        if not is_made(folder, *shape):
            written(folder, options.items, views=shape[1], queries=shape[2])
        print(f"{shape[0]:,} items of {shape[1]} views, made; {shape[2]} queries", flush=True)
        measured = {kind: _measured(kind, str(folder), options.links) for kind in kinds}
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
    last = ""
    with subprocess.Popen(command, env=os.environ | one, stdout=subprocess.PIPE, text=True) as running:
        for line in running.stdout or ():
            print(last, end="", flush=True)
            last = line
    if running.returncode:
        raise subprocess.CalledProcessError(running.returncode, command)
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
