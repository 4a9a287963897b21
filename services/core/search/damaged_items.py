"""The items that a search leaves out, because their rows in the item store are damaged."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from services.core.domain import Item

# Number of damaged items that are named; the others are counted.
_NAMED = 10


class DamagedItems:
    """The damaged items by id, with the reason of each; safe to use from several threads."""

    def __init__(self, reasons: Mapping[str, str] | None = None) -> None:
        self._reasons: dict[str, str] = dict(reasons or {})
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._reasons)

    def sift(self, items: Mapping[str, Item | None], *, dim: int | None = None) -> dict[str, Item | None]:
        """The same items, None for a damaged one, which is noted; those that are not are noted no longer.

        With `dim` an item is damaged if its vectors have another dimension.
        """
        reasons = {item_id: item and _reason(item, dim) for item_id, item in items.items()}
        with self._lock:
            for item_id, reason in reasons.items():
                self._reasons.pop(item_id, None)
                if reason:
                    self._reasons[item_id] = reason
        return {item_id: None if reasons[item_id] else item for item_id, item in items.items()}

    def longest_noted(self, count: int) -> list[str]:
        """The ids of those whose rows were read the longest ago."""
        with self._lock:
            return list(islice(self._reasons, count))

    def reasons(self) -> dict[str, str]:
        """The reason of each, by id."""
        with self._lock:
            return dict(self._reasons)

    def to_json(self) -> dict[str, Any]:
        """Their number, and the first ones by id."""
        with self._lock:
            first = sorted(self._reasons.items())[:_NAMED]
            named = [{"id": item_id, "reason": reason} for item_id, reason in first]
            return {"count": len(self._reasons), "first": named}


def usual_dim(items: Iterable[Item]) -> int | None:
    """The dimension of most items' vectors, without the damaged ones; None if there is none."""
    dims = Counter(item.vectors.shape[1] for item in items if not item.damage)
    return dims.most_common(1)[0][0] if dims else None


def _reason(item: Item, dim: int | None) -> str:
    if item.damage or dim is None:
        return item.damage
    if len(item.vectors) and (own := item.vectors.shape[1]) != dim:
        return f"its vectors have {own} numbers; expected {dim}, as those of the other items"
    return ""
