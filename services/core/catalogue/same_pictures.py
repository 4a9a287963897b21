"""Other items with the same picture as one that was just written, or nearly the same."""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from common.wire import Vectors
from services.core.catalogue.views import taught_rows
from services.core.domain import EQUAL_FROM, Item, ItemFacts
from services.core.errors import UnavailableError
from services.core.ports import ItemStore

# Number of items that are named.
MOST = 10
# Number of written items that are remembered: the search reads a change a moment later.
_REMEMBERED = 500


class SamePictures:
    """Names items that no camera can tell from a new one; safe to use from several threads."""

    def __init__(self, store: ItemStore, near: Callable[[Vectors], Sequence[str]]) -> None:
        """`near` gives the ids of items near float32 [n, dim]; it may raise UnavailableError."""
        self._store, self._near = store, near
        self._lock = threading.Lock()
        self._latest: OrderedDict[str, tuple[str, Vectors]] = OrderedDict()

    def of(self, item: Item) -> list[ItemFacts]:
        """The other items, by their ids; without the search's help those written lately, never an error.

        Pictures that a camera took are not compared: scene and camera make them alike.
        """
        own = uprights(item)
        if not len(own):
            return []
        found = self._among_latest(item, own)
        with contextlib.suppress(UnavailableError):
            found.update(self._near(own))
        found.discard(item.id)
        others: list[Item | None] = []
        with contextlib.suppress(UnavailableError):
            others = self._store.get_many(sorted(found), points=False)
        same = (each for each in others if each and each.model == item.model and not each.damage)
        return [each.facts for each in same if _is_equal(own, uprights(each))][:MOST]

    def _among_latest(self, item: Item, own: Vectors) -> set[str]:
        """Those of the items written lately that may be equal; the item becomes one of them."""
        with self._lock:
            self._latest[item.id] = item.model, own
            self._latest.move_to_end(item.id)
            if len(self._latest) > _REMEMBERED:
                self._latest.popitem(last=False)
            latest = list(self._latest.items())
        return {other for other, (model, rows) in latest if model == item.model and _is_equal(own, rows)}


def uprights(item: Item) -> Vectors:
    """The first vector of each of the item's catalogue pictures, float32 [pictures, dim]."""
    rows = item.vectors[~taught_rows(item)]
    pictures = len(item.pictures) - len(item.taught)
    return rows[:: max(1, len(rows) // max(1, pictures))]


def _is_equal(own: Vectors, rows: Vectors) -> bool:
    # Rows of another length are of a file that somebody gave the name of this model.
    is_alike = len(rows) > 0 and rows.shape[1] == own.shape[1]
    return is_alike and bool((own @ rows.T).max() >= EQUAL_FROM)
