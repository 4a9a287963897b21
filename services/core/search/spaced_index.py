"""A search in a space: the items of the highest scores, which the index's cosines are made into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from common.wire import Vectors
from services.core.ports import KnnSearch
from services.core.records import Neighbour
from services.core.search.columns import ByColumns, Columns
from services.core.search.equals import NEAREST, near_equals
from services.core.search.space import Space, Standing

# Number of nearest items that are damped, before the first of them are an answer.
DAMPED = 50
_AS_IT_IS = Standing(1.0, 0.0)


@dataclass(frozen=True, slots=True)
class SpacedIndex:
    """A KnnSearch by pictures' own vectors over an index of compared ones, whose neighbours have scores."""

    index: KnnSearch
    space: Space
    standings: Mapping[str, Standing]

    def __len__(self) -> int:
        return len(self.index)

    def search(self, vectors: Vectors, *, k: int) -> list[list[Neighbour]]:
        """For each row of float32 [n, dim], of unit length, its k nearest items, those of unknown cameras."""
        return self.nearest(self.space.queries(vectors), k=k)

    def nearest(self, queries: Vectors, *, k: int, only_equals: bool = False) -> list[list[Neighbour]]:
        """For each row of float32 [n, dim], made by Space.queries, its k items of the highest score.

        With `only_equals` they have vectors only where two of the nearest are equal, for which these are
        compared.
        """
        if self.space.shipped is None:
            return self.index.search(queries, k=k)
        damped = max(DAMPED, k)
        columns = self.index.columns(queries, k=damped) if isinstance(self.index, ByColumns) else None
        if columns is not None:
            return self._of_columns(columns, k=k, only_equals=only_equals)
        return [self._scored(neighbours, k=k) for neighbours in self.index.search(queries, k=damped)]

    def _of_columns(self, columns: Columns, *, k: int, only_equals: bool) -> list[list[Neighbour]]:
        """The neighbours of each query; only the first `k` are made."""
        if not columns.places.shape[1]:  # the last item has been deleted
            return [[] for _ in columns.places]
        first, scores = columns.ordered(self._scores(columns), k=k)
        own = self._originals(first, only_equals=only_equals)
        lists = zip(
            *(each.tolist() for each in (first.places, first.distances, first.rows, scores)), strict=True
        )
        return [
            list(map(Neighbour, first.item_ids(places), distances, rows, vectors, repeat(None), chances))
            for (places, distances, rows, chances), vectors in zip(lists, own, strict=True)
        ]

    def _scores(self, columns: Columns) -> NDArray[np.float64]:
        """The scores of the items, float64 [queries, k]."""
        # Cameras show the same items again and again.
        places, which = np.unique(columns.places, return_inverse=True)
        found = [self.standings.get(item_id) or _AS_IT_IS for item_id in columns.item_ids(places.tolist())]
        gains, offsets = (np.array(each) for each in ([s.gain for s in found], [s.offset for s in found]))
        which = which.reshape(columns.places.shape)
        return np.asarray(gains[which] * columns.cosines + offsets[which])

    def _originals(self, first: Columns, *, only_equals: bool) -> list[Sequence[Vectors | None]]:
        """The pictures' own vectors of each query's items, or None of each."""
        queries, count = first.places.shape
        if only_equals:
            nearest = self._rows(first, first.places[:, :NEAREST])
            wanted = near_equals(self.space.cosines_of_originals(nearest))
        else:
            wanted = np.ones(queries, np.bool_)
        vectors: list[Sequence[Vectors | None]] = [[None] * count] * queries
        if wanted.any():
            rows = self._rows(first, first.places[wanted])
            own = self.space.originals(rows.reshape(-1, rows.shape[2])).reshape(rows.shape)
            for query, own_vectors in zip(np.flatnonzero(wanted).tolist(), own, strict=True):
                vectors[query] = list(own_vectors)
        return vectors

    @staticmethod
    def _rows(columns: Columns, places: NDArray[np.int64]) -> Vectors:
        """The compared vectors at places [queries, n], float32 [queries, n, dim]."""
        return columns.vectors(places.ravel()).reshape(*places.shape, -1)

    def _scored(self, neighbours: Sequence[Neighbour], *, k: int) -> list[Neighbour]:
        """The first `k` with scores and their pictures' own vectors, the highest score first."""
        found = [(each, self.standings.get(each.item_id)) for each in neighbours]
        # The score of an index's neighbour is its cosine.
        scores = [each.score if own is None else own.gain * each.score + own.offset for each, own in found]
        first = sorted(range(len(scores)), key=lambda place: -scores[place])[:k]
        vectors = [vector for place in first if (vector := neighbours[place].vector) is not None]
        originals = iter(self.space.originals(np.array(vectors)) if vectors else ())
        scored = []
        for place in first:
            each = neighbours[place]
            vector = None if each.vector is None else next(originals)
            scored.append(
                Neighbour(
                    each.item_id,
                    each.distance,
                    each.row,
                    vector,
                    each.sketch,
                    scores[place],
                    each.inliers,
                )
            )
        return scored
