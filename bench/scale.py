"""Memory, machines and engines for catalogues of any size, by arithmetic: `python -m bench.scale [--write]`.

Nothing is measured here. Each assumption is named with its source and date, and the tables of docs/scale.md
are made of them; `--write` puts them there.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PAGE = Path(__file__).resolve().parents[1] / "docs" / "scale.md"
BEGIN, END = "<!-- made by `python -m bench.scale --write` -->", "<!-- until here -->"
SIZES = (100_000, 1_000_000, 100_000_000, 10_000_000_000)
GIB = 2**30


@dataclass(frozen=True)
class Assumption:
    """A number with its unit, and where it is from."""

    name: str
    value: float
    unit: str
    source: str

    def __float__(self) -> float:
        return float(self.value)


TRIED = "tried 2026-11-29 (*)"
OWN = "measured 2026-11-30"
VIEWS = Assumption("vectors an item", 5, "", "four views and a taught picture; issue 23")
DIM = Assumption("numbers a vector", 512, "", "the balanced model")
FACTS = Assumption("facts, standing and id of an item in Python", 820, "bytes", f"{OWN}, three metadata")
SKETCH = Assumption(
    "sketch of a vector, with an index elsewhere", 128, "bytes", "services/core/search/sketches.py"
)
MEANS = Assumption("index of means: an item in memory", 3_200, "bytes", f"306 MiB for 100,000; {TRIED}")
MAPPED = Assumption("index of means: a vector in mapped files", 1_024, "bytes", f"bf16 views; {TRIED}")
MEANS_US = Assumption(
    "index of means: a query at 100,000 items", 1_140, "us", f"grows with the items; {TRIED}"
)
HNSW_US = Assumption("HNSW: a query of 500,000 vectors, recall .99", 2_200, "us", f"hnswlib; {TRIED}")
LINKS = Assumption("HNSW: links of a vector", 140, "bytes", "M 16: 32 links of 4 bytes, and the upper levels")
DISK_MEMORY = Assumption(
    "DISKANN: memory of a vector", 256, "bytes", "an eighth of it, Milvus' default; assumed"
)
DISK = Assumption("DISKANN: a vector on disk", 4_096, "bytes", "a sector with its links; assumed")
SPARE = Assumption("memory that has to be free, such as for loading", 0.3, "share", "assumed")
SEGMENT = Assumption("Milvus: vectors of a segment", 8e6, "", "16 GB; its default is 1 GB, 500,000 of ours")
ANSWER_US = Assumption("an observation without the search of vectors", 182, "us", f"batches of 8; {TRIED}")
MEMORY = Assumption("memory of a machine", 64, "GiB", "chosen")
CORES = Assumption("cores of a machine", 8, "", "chosen")
BUSY = Assumption("share of the cores that may be busy", 0.6, "share", "chosen")
OBSERVATIONS = Assumption("observations of a camera", 5, "a second", "chosen")
ITEM_ROW = Assumption("an item in DynamoDB", 14_700, "bytes", "docs/aws-costs.md: rows of a usual item")
PICTURES = Assumption("pictures of an item", 500_000, "bytes", "assumed")
MESSAGE = Assumption("a message with its topic", 1_600, "bytes", "one vector in f16 and base64")
PUSHES = Assumption("records that a Redis takes", 40_000, "a second", "a script and a publish each; assumed")
BROKER = Assumption("messages that a broker's machine takes", 50_000, "a second", "QoS 0; assumed")
CONNECTION = Assumption("messages of one connection to AWS IoT Core", 100, "a second", "AWS' quota, 2026-11")
ASSUMPTIONS = tuple(each for each in list(globals().values()) if isinstance(each, Assumption))


@dataclass(frozen=True)
class Need:
    """What an engine takes for a catalogue: bytes in all, and CPU seconds of a query."""

    memory: float
    disk: float
    query_s: float
    # Whether several machines can have a part each; else each has all of it.
    divides: bool = True

    def machines(self, queries: float) -> int | None:
        """Machines for a number of queries a second, by memory or by cores; None if it does not fit."""
        by_memory = self.memory * (1 + float(SPARE)) / (float(MEMORY) * GIB)
        if by_memory > 1 and not self.divides:
            return None
        return max(1, math.ceil(by_memory), math.ceil(queries * self.query_s / _cores()))


def _cores() -> float:
    return float(CORES) * float(BUSY)


def items_of(vectors: float) -> float:
    """The number of items."""
    return vectors / float(VIEWS)


def means(vectors: float) -> Need:
    """Our own index in one process: all of it in each machine."""
    items = items_of(vectors)
    memory = items * (float(MEANS) + float(FACTS))
    query_s = float(MEANS_US) * 1e-6 * max(items, 1e4) / 1e5
    return Need(memory, vectors * float(MAPPED), query_s, divides=False)


def _graph(vectors: float, bytes_a_vector: float, disk: float) -> Need:
    """A graph for each segment, all of which are searched, each for as long as the logarithm of its size."""
    segments = max(1.0, vectors / float(SEGMENT))
    held = min(vectors, float(SEGMENT))
    query_s = segments * float(HNSW_US) * 1e-6 * math.log2(max(held, 2)) / math.log2(5e5)
    return Need(vectors * bytes_a_vector, vectors * disk, query_s)


def hnsw(vectors: float) -> Need:
    """Milvus with HNSW over float32."""
    return _graph(vectors, 4 * float(DIM) + float(LINKS), 0)


def hnsw_sq(vectors: float) -> Need:
    """Milvus with HNSW over bytes."""
    return _graph(vectors, float(DIM) + float(LINKS), 0)


def diskann(vectors: float) -> Need:
    """Milvus with DISKANN: as many CPU seconds as HNSW, and reads of SSDs beside it."""
    return _graph(vectors, float(DISK_MEMORY), float(DISK))


ENGINES: dict[str, Callable[[float], Need]] = {
    "own index of means": means,
    "Milvus, HNSW": hnsw,
    "Milvus, HNSW_SQ": hnsw_sq,
    "Milvus, DISKANN": diskann,
}


def tables() -> str:
    """All tables, in Markdown."""
    parts = {
        "Vectors": _vectors(),
        "Many catalogues": _many(),
        "Beside them": _beside(),
        "Cameras": _cameras(),
        "Many machines, one answer": _fan_out(),
        "Assumptions": _assumptions(),
    }
    return "\n\n".join(f"### {title}\n\n{table}" for title, table in parts.items())


def _vectors() -> str:
    rows = []
    for size in SIZES:
        for name, need_of in ENGINES.items():
            need = need_of(size)
            milliseconds = need.query_s * 1000
            cpu = f"{milliseconds:,.{0 if milliseconds >= 10 else 1}f} ms"
            found = (need.machines(rate) for rate in (100, 1000))
            machines = ("does not fit" if each is None else f"{each:,}" for each in found)
            rows.append((_count(size), name, _bytes(need.memory), _bytes(need.disk), cpu, *machines))
    head = ("vectors", "engine", "memory", "files", "CPU a query", "machines, 100/s", "machines, 1,000/s")
    return _table(head, rows)


def _many() -> str:
    """Catalogues of a million vectors each, whose cameras ask their own one."""
    rows = []
    for size in SIZES[2:]:
        need, count = means(SIZES[1]), size / SIZES[1]
        a_machine = math.floor(float(MEMORY) * GIB / (need.memory * (1 + float(SPARE))))
        by_memory, by_cores = math.ceil(count / a_machine), math.ceil(1000 * need.query_s / _cores())
        rows.append((_count(size), f"{count:,.0f}", f"{a_machine}", f"{max(by_memory, by_cores):,}"))
    head = ("vectors in all", "catalogues of 1 M", "catalogues a machine", "machines, 1,000/s in all")
    return _table(head, rows)


def _beside() -> str:
    rows = []
    for size in SIZES:
        items = items_of(size)
        held = items * float(FACTS) + size * float(SKETCH)
        rows.append(
            (
                _count(size),
                _count(items),
                _bytes(held),
                _bytes(items * float(ITEM_ROW)),
                _bytes(items * float(PICTURES)),
            )
        )
    head = ("vectors", "items", "each search beside Milvus", "item store", "pictures")
    return _table(head, rows)


def _cameras() -> str:
    rows = []
    for cameras in (10, 1_000, 100_000):
        rate = cameras * float(OBSERVATIONS)
        searches = math.ceil(rate * float(ANSWER_US) * 1e-6 / float(BUSY))
        rows.append(
            (
                f"{cameras:,}",
                f"{rate:,.0f}",
                f"{rate * float(MESSAGE) * 8 / 1e6:,.0f} Mbit/s",
                f"{math.ceil(rate / float(BROKER))}",
                f"{searches:,}",
                f"{math.ceil(rate / float(PUSHES))}",
            )
        )
    head = ("cameras", "observations a second", "network", "brokers", "cores of searches", "Redis nodes")
    return _table(head, rows)


def _fan_out() -> str:
    """The time of the slowest of many, simulated: each answers in 5 ms, one time in a hundred in 25."""
    dice = np.random.default_rng(23)
    rows = []
    for machines in (1, 10, 100, 500):
        spread = math.log(5) / 2.326
        slowest = 5 * np.exp(spread * dice.standard_normal((4000, machines))).max(axis=1)
        middle, slow = np.percentile(slowest, (50, 99))
        rows.append((f"{machines}", f"{middle:.0f} ms", f"{slow:.0f} ms"))
    return _table(("machines that a query asks", "half of all answers", "99 of 100"), rows)


def _assumptions() -> str:
    rows = [(each.name, f"{each.value:,g} {each.unit}".strip(), each.source) for each in ASSUMPTIONS]
    return _table(("what", "number", "from"), rows)


def _count(number: float) -> str:
    for size, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:,.0f} {name}"
    return f"{number:.0f}"


def _bytes(number: float) -> str:
    if not number:
        return ""
    for size, name in ((2**40, "TiB"), (2**30, "GiB")):
        if number >= size:
            return f"{number / size:,.1f} {name}"
    return f"{number / 2**20:,.0f} MiB"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = (f"| {' | '.join(cells)} |" for cells in (head, *rows))
    first, *more = lines
    return "\n".join((first, "|---" * len(head) + "|", *more))


def filled(page: str) -> str:
    """The page with the tables as they are now."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


def main() -> int:
    """Print the tables, or write them into the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write them into docs/scale.md")
    if parser.parse_args().write:
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(tables())
    return 0


if __name__ == "__main__":
    sys.exit(main())
