"""The rows that an index holds, item by item, as another index is built of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# float32 or float16 [rows, dim].
Block = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class HeldRows:
    """Items, each with the number of its rows and the number that the index gave to the first of these.

    An item's rows are numbered one after the other. `blocks` gives all rows in the order of the items,
    float32 or float16 [rows, dim], each block of whole items, and can be asked again.
    """

    item_ids: Sequence[str]
    counts: NDArray[np.int64]
    numbers: NDArray[np.int64]
    blocks: Callable[[], Iterator[Block]]

    def __len__(self) -> int:
        return len(self.item_ids)


def together(parts: Sequence[HeldRows]) -> HeldRows:
    """The rows of several indexes without a common item, those of the first one first."""
    return HeldRows(
        [item_id for part in parts for item_id in part.item_ids],
        np.concatenate([np.empty(0, np.int64), *(part.counts for part in parts)]),
        np.concatenate([np.empty(0, np.int64), *(part.numbers for part in parts)]),
        lambda: (block for part in parts for block in part.blocks()),
    )
