"""Two forms of an index on Milvus, measured on a server: `python -m bench.milvus --url http://127.0.0.1:19530`.

Rows that are views, grouped by item on the server; or one mean an item, whose nearest are compared again by
their views, at hand or fetched. A server: `milvus-lite server --data-dir FOLDER --host 127.0.0.1`, of
tests/milvus/requirements.lock. Its collections `bench_…` are made and dropped.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from bench.index.made_catalogue import MadeCatalogue, made_catalogue
from common.wire import Vectors, unit
from services.adapters.milvus_index import MilvusRows, MilvusServer

FOUND, VIEWS = 10, 5
TRAINING = "t20260101000000_000000"
# The nearest items to a query, by their numbers.
Search = Callable[[Vectors], Sequence[int]]


def main() -> int:
    """Print recall and time of each form."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:19530")
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--queries", type=int, default=40)
    given = parser.parse_args()
    server = MilvusServer(given.url, timeout_s=60)
    made = made_catalogue(given.items, views=VIEWS, queries=given.queries)
    views = made.rows.astype(np.float32)
    with collection(server, "bench_views_flat", views, kind="FLAT") as flat:
        tell("views, flat, grouped", made, grouped(server, flat, {}))
        means = unit(views.mean(axis=1))[:, None]
        with collection(server, "bench_means", means, kind="FLAT") as of_means:
            for count in (50, 100):
                near = nearest_means(server, of_means, count)
                tell(f"means, {count} compared again here", made, again(near, lambda some: views[some]))
                fetch = fetched(server, flat)
                tell(f"means, {count} fetched and compared", made, again(near, fetch))
    with collection(server, "bench_views_hnsw", views, kind="HNSW") as graph:
        for ef in (64, 256, 1024):
            tell(f"views, HNSW, grouped, ef {ef}", made, grouped(server, graph, {"ef": ef}))
    return 0


@contextmanager
def collection(server: MilvusServer, name: str, views: Vectors, *, kind: str) -> Iterator[str]:
    """A collection of items' views, [items, views, numbers], for a while."""
    rows, held = MilvusRows(server, name, kind=kind), f"{name}_{TRAINING}"
    if held in server.work("list_collections"):
        server.work("drop_collection", held)
    rows.begin(TRAINING, views.shape[2])
    rows.add(TRAINING, list(views))
    rows.finish(TRAINING)
    yield held
    server.work("drop_collection", held)


def grouped(server: MilvusServer, name: str, breadth: dict[str, int]) -> Search:
    """The server groups views by item."""
    return lambda query: items_of(server, name, query, FOUND, breadth, group_by_field="item")


def nearest_means(server: MilvusServer, name: str, count: int) -> Search:
    """The items whose means are nearest."""
    return lambda query: items_of(server, name, query, count, {})


def items_of(
    server: MilvusServer, name: str, query: Vectors, limit: int, breadth: dict[str, int], **more: Any
) -> list[int]:
    """The items of the rows near a query."""
    (hits,) = server.ask(
        "search",
        name,
        data=[query],
        limit=limit,
        anns_field="vector",
        output_fields=["item"],
        search_params={"metric_type": "IP", "params": breadth},
        **more,
    )
    return [int(hit["entity"]["item"]) for hit in hits]


def fetched(server: MilvusServer, name: str) -> Callable[[list[int]], Vectors]:
    """Gives items' views, [items, views, numbers], from a collection."""

    def fetch(items: list[int]) -> Vectors:
        rows = [item * VIEWS + view for item in items for view in range(VIEWS)]
        found = {each["row"]: each["vector"] for each in server.ask("get", name, rows)}
        return np.array([found[row] for row in rows], np.float32).reshape(len(items), VIEWS, -1)

    return fetch


def again(near: Search, views_of: Callable[[list[int]], Vectors]) -> Search:
    """Compare what is near again, by the best view."""

    def search(query: Vectors) -> list[int]:
        items = list(near(query))
        best = (views_of(items) @ query).max(axis=1)
        return [items[place] for place in np.argsort(-best)[:FOUND]]

    return search


def tell(name: str, made: MadeCatalogue, search: Search) -> None:
    """Print a form's recall of ten items and its time, one query at a time."""
    began_s = time.perf_counter()
    found = [search(query) for query in made.queries]
    took_ms = (time.perf_counter() - began_s) / len(found) * 1000
    near = np.tensordot(made.queries, made.rows.astype(np.float32), (1, 2)).max(axis=2)
    wanted = np.argsort(-near, axis=1)[:, :FOUND]
    pairs = zip(found, wanted.tolist(), strict=True)
    recall = np.mean([len(set(got) & set(right)) / FOUND for got, right in pairs])
    print(f"{name}: recall {recall:.3f}, {took_ms:.0f} ms a query", flush=True)


if __name__ == "__main__":
    sys.exit(main())
