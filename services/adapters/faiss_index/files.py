"""The files of an exact index: its rows as they are in memory, and what they belong to."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.adapters.faiss_index.rows import Rows, State, starts_of
from services.core.errors import InputError

KIND = "exact 1"
_VECTORS, _NUMBERS, _IDS, _COUNTS = "rows.f32", "rows.i64", "ids.json", "counts.i64"
MAPPED = frozenset({_VECTORS})
# Rows between two pauses.
_STEP = 1024


@dataclass(frozen=True, slots=True)
class SavedRows:
    """Rows of items, one item after the other, with the number of each item's."""

    rows: Rows
    item_ids: list[str]
    counts: NDArray[np.int64]


def save_rows(state: State, folder: Path, *, breathe: Callable[[], object]) -> None:
    """Write the rows that belong to items; may raise OSError."""
    item_ids, counts = list[str](), list[int]()
    with (folder / _VECTORS).open("xb") as vectors, (folder / _NUMBERS).open("xb") as numbers:
        for part, places in _steps(state):
            vectors.write(np.asarray(part.vectors[places], "<f4").tobytes())
            numbers.write(np.asarray(part.numbers[places], "<i8").tobytes())
            for place in places.tolist():
                # An item's rows are beside each other.
                if item_ids and item_ids[-1] == part.item_ids[place]:
                    counts[-1] += 1
                else:
                    item_ids.append(part.item_ids[place])
                    counts.append(1)
            breathe()
    with (folder / _IDS).open("x", encoding="ascii") as ids:
        for start in range(0, len(item_ids), _STEP):
            ids.write(("," if start else "[") + json.dumps(item_ids[start : start + _STEP])[1:-1])
            breathe()
        ids.write("]" if item_ids else "[]")
    (folder / _COUNTS).write_bytes(np.array(counts, "<i8").tobytes())


def load_rows(folder: Path, *, dim: int) -> SavedRows:
    """The rows of these files, their vectors mapped; raises InputError or OSError for others."""
    try:
        item_ids: list[str] = json.loads((folder / _IDS).read_bytes())
    except ValueError as error:
        raise InputError(f"{_IDS}: {str(error)[:100]}") from None
    counts, numbers = (np.fromfile(folder / name, "<i8") for name in (_COUNTS, _NUMBERS))
    total, size = int(counts.sum()), (folder / _VECTORS).stat().st_size
    is_whole = len(set(item_ids)) == len(item_ids) == len(counts) and not (counts < 1).any()
    if not is_whole or len(numbers) != total or size != 4 * dim * total:
        raise InputError(
            f"{len(item_ids)} items with {total} rows of {dim} numbers; there are {len(counts)} counts, "
            f"{len(numbers)} row numbers and {size} bytes of vectors"
        )
    owners: list[str] = np.repeat(np.array(item_ids, object), counts).tolist()
    vectors, alive = _mapped(folder / _VECTORS, total, dim), np.ones(total, np.bool_)
    rows = Rows(vectors, numbers, owners, alive, starts_of(counts), is_mapped=True)
    return SavedRows(rows, item_ids, counts)


def _steps(state: State) -> Iterator[tuple[Rows, NDArray[np.int64]]]:
    """The places of rows that belong to items, some at a time."""
    for part in state.parts:
        for start in range(0, len(part), _STEP):
            yield part, start + np.flatnonzero(part.alive[start : start + _STEP])


def _mapped(path: Path, rows: int, dim: int) -> Vectors:
    """float32 [rows, dim], read from the file when they are compared."""
    if not rows:  # nothing can't be mapped
        return np.empty((0, dim), np.float32)
    return np.asarray(np.memmap(path, "<f4", mode="r", shape=(rows, dim)))
