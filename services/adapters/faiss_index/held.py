"""The items of a state, with all their rows, and states of some of the items."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from services.adapters.faiss_index.rows import Rows, State, joined
from services.core.search.held_rows import Block, HeldRows, together

_BLOCK_ITEMS = 2048


def held_rows(state: State) -> HeldRows:
    """The items that are left, in the order in which they were added."""
    return together([_held(part) for part in state.parts])


def with_only(state: State, places: Sequence[range], dim: int) -> State:
    """The state with only the rows at these places, which are counted through base and delta."""
    kept = np.zeros(len(state.base) + len(state.delta), np.bool_)
    for own in places:
        kept[own.start : own.stop] = True
    base, delta = kept[: len(state.base)], kept[len(state.base) :]
    parts = [_masked(state.base, base), _masked(state.delta, delta)]
    return replace(state, base=joined(parts, dim), delta=Rows.none(dim), items=len(places))


def _masked(rows: Rows, kept: NDArray[np.bool_]) -> Rows:
    return replace(rows, alive=rows.alive & kept)


def _held(rows: Rows) -> HeldRows:
    is_left = rows.alive[rows.starts]
    starts, counts = rows.starts[is_left], np.diff(rows.starts, append=len(rows))[is_left]
    item_ids = [rows.item_ids[place] for place in starts.tolist()]
    return HeldRows(item_ids, counts, rows.numbers[starts], lambda: _blocks(rows, starts, counts))


def _blocks(rows: Rows, starts: NDArray[np.int64], counts: NDArray[np.int64]) -> Iterator[Block]:
    """The rows of items, in blocks of whole items."""
    for first in range(0, len(starts), _BLOCK_ITEMS):
        own = slice(first, first + _BLOCK_ITEMS)
        within = np.arange(counts[own].sum()) - np.repeat(np.cumsum(counts[own]) - counts[own], counts[own])
        yield rows.vectors[np.repeat(starts[own], counts[own]) + within]
