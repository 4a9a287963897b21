"""Searching of one collection: rows are views, grouped by item on the server."""

from __future__ import annotations

from typing import Any

import numpy as np

from common.wire import Vectors
from services.adapters.milvus_index.server import MilvusServer, ReleasedError
from services.core.errors import UnavailableError
from services.core.index_state import IndexKind
from services.core.records import Neighbour
from services.core.search.trained import TrainedIndex

# Milvus' own limit of an answer's rows; and queries of a request, whose answers stay below 4 MB then.
_MOST, _BATCH = 16_384, 64
# Items that are asked for beyond those that are wanted: some may be gone, and equally near ones be cut.
_MORE = 4


class MilvusBase:
    """A FixedBase: a collection. `breadth` is the search parameter that says how widely it is searched."""

    kind: IndexKind = "milvus"

    def __init__(
        self, server: MilvusServer, collection: str, trained: TrainedIndex, *, breadth: str | None
    ) -> None:
        self._server, self._collection = server, collection
        self._breadth, self._breadth_value = breadth, trained.breadth
        self._ids = [item.id for item in trained.facts]
        # The number of each row's item.
        self._items = np.repeat(np.arange(len(self._ids), dtype=np.int32), trained.row_counts)
        self._sketches = trained.sketches
        self._held = int(np.count_nonzero(trained.row_counts))

    def trouble(self, why: str) -> UnavailableError:
        """The error about the server."""
        return self._server.trouble(why)

    def nearest(self, queries: Vectors, *, gone: frozenset[str], k: int) -> list[list[Neighbour]]:
        """For each row its k nearest items but those that are gone, nearest first."""
        found: list[list[Neighbour]] = [[] for _ in queries]
        pending, limit = list(range(len(queries))), k + _MORE
        while pending:
            limit = min(limit, _MOST, self._held)
            unsettled = []
            for start in range(0, len(pending), _BATCH):
                some = pending[start : start + _BATCH]
                for query, hits in zip(some, self._hits(queries[some], limit), strict=True):
                    kept = [each for each in hits if each.item_id not in gone]
                    found[query] = kept[:k]
                    # Of equally near items an answer holds any; with more items than k the rest is known.
                    is_cut = len(kept) > k and kept[k - 1].distance == kept[-1].distance
                    if is_cut or len(kept) <= k:
                        unsettled.append(query)
            pending = unsettled if limit < min(_MOST, self._held) else []
            limit *= 4
        return found

    def _hits(self, queries: Vectors, limit: int) -> list[list[Neighbour]]:
        try:
            answers = self._answers(queries, limit)
        except ReleasedError:
            self._server.ask("load_collection", self._collection)
            answers = self._answers(queries, limit)
        found = [map(self._neighbour, hits) for hits in answers]
        return [sorted(hits, key=lambda each: (each.distance, each.row)) for hits in found]

    def _answers(self, queries: Vectors, limit: int) -> Any:
        return self._server.ask(
            "search",
            self._collection,
            data=list(queries),
            limit=limit,
            anns_field="vector",
            group_by_field="item",
            output_fields=["row"],
            search_params={"metric_type": "IP", "params": self._parameters(limit)},
        )

    def _parameters(self, limit: int) -> dict[str, int]:
        """A search is refused that is to answer more than it looks at."""
        return {} if self._breadth is None else {self._breadth: max(self._breadth_value, limit)}

    def _neighbour(self, hit: Any) -> Neighbour:
        row, cosine = int(hit["row"]), float(hit["distance"])
        if not 0 <= row < len(self._items):
            raise self.trouble(f"row {row} of collection {self._collection}, which has {len(self._items)}")
        # For unit vectors |a - b|² = 2 - 2 a·b; rounding can push it just below 0.
        distance = max(0.0, 2.0 - 2.0 * cosine) ** 0.5
        return Neighbour(self._ids[self._items[row]], distance, row, sketch=self._sketches[row])
