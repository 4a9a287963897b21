"""The indexes that are compared, each with the parameters that it is tried with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bench.index.catalogue_files import CatalogueFiles
from common.wire import Vectors
from services.adapters.faiss_index import FaissIndex
from services.adapters.mean_index import Base
from services.adapters.sized_index import PlacedBase
from services.adapters.sized_index.index import BUILD_FROM
from services.bootstrap.follower import make_sized
from services.core.domain import IndexChange
from services.core.ports import KnnIndex

ASKED = 50
_BUILD_REACH = 200


class Engine(Protocol):
    """An index that is built; `parameters` are tried from the fastest on."""

    parameters: Sequence[int]

    def use(self, parameter: int) -> None:
        """Search with this parameter from now on."""

    def search(self, queries: Vectors) -> Sequence[Sequence[int]]:
        """The ASKED nearest items of each of float32 [n, dim], by number, nearest first."""


class Product:
    """Our index, asked as the search asks it: with all that a neighbour holds."""

    parameters: Sequence[int] = (0,)

    def __init__(self, index: KnnIndex) -> None:
        self.index = index

    @classmethod
    def filled(cls, index: KnnIndex, files: CatalogueFiles) -> Product:
        """An index that the items are added to."""
        for cursor, (first, rows) in enumerate(files.chunks()):
            index.apply([IndexChange(str(first + n), own) for n, own in enumerate(rows)], cursor=cursor)
        return cls(index)

    def use(self, parameter: int) -> None:
        """There is nothing to choose."""

    def search(self, queries: Vectors) -> Sequence[Sequence[int]]:
        """As in Engine."""
        return [[int(n.item_id) for n in found] for found in self.index.search(queries, k=ASKED)]


class RowGraph:
    """A graph over all rows, hnswlib's or usearch's: its rows become items."""

    parameters: Sequence[int] = (150, 200, 300, 400, 500, 600, 800, 1000, 1400, 2000)

    def __init__(self, views: int, search: Callable[[Vectors, int], Any], use: Callable[[int], None]) -> None:
        self._views, self._search, self._use = views, search, use

    def use(self, parameter: int) -> None:
        """As in Engine."""
        self._use(parameter)

    def search(self, queries: Vectors) -> Sequence[Sequence[int]]:
        """As in Engine."""
        rows = self._search(queries, ASKED * self._views)
        return [_items(own // self._views) for own in rows]


def _items(repeated: NDArray[np.int64]) -> list[int]:
    return list(dict.fromkeys(repeated.tolist()))[:ASKED]


def hnswlib(files: CatalogueFiles, links: int) -> RowGraph:
    """hnswlib over inner products of all rows."""
    import hnswlib as library

    index = library.Index(space="ip", dim=files.dim)
    index.init_index(files.items * files.views, M=links, ef_construction=_BUILD_REACH)
    index.set_num_threads(1)
    for first, rows in files.chunks():
        numbers = np.arange(len(rows) * files.views) + first * files.views
        index.add_items(rows.reshape(-1, files.dim), numbers, num_threads=1)
    return RowGraph(
        files.views,
        lambda queries, count: index.knn_query(queries, k=count, num_threads=1)[0].astype(np.int64),
        index.set_ef,
    )


def usearch(files: CatalogueFiles, links: int) -> RowGraph:
    """usearch over all rows, in half precision."""
    from usearch.index import Index

    index = Index(ndim=files.dim, metric="ip", dtype="f16", connectivity=links, expansion_add=_BUILD_REACH)
    for first, rows in files.chunks():
        numbers = np.arange(len(rows) * files.views) + first * files.views
        index.add(numbers, rows.reshape(-1, files.dim), threads=1)

    def search(queries: Vectors, count: int) -> Any:
        found = index.search(queries, count, threads=1)
        return found.keys.reshape(len(queries), -1).astype(np.int64)

    def use(parameter: int) -> None:
        index.expansion_search = parameter

    return RowGraph(files.views, search, use)


def product(files: CatalogueFiles, target: float) -> Product:
    """Our index, with a base of all items where they are enough for one."""
    delta = FaissIndex(dim=files.dim)
    if files.items < BUILD_FROM:
        return Product.filled(make_sized(target, files.dim, delta), files)
    base = Base.build(files.held(), dim=files.dim, target=target, folder=files.folder)
    return Product(make_sized(target, files.dim, delta, PlacedBase.of(base), folder=files.folder))


def exact(files: CatalogueFiles) -> Product:
    """Our exact index."""
    return Product.filled(FaissIndex(dim=files.dim), files)
