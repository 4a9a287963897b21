"""A catalogue of 10,000 items as the page asks for it: `python -m bench.catalogue`.

The api's own routes over a SQLite store in a folder of its own, without a network. Words, fields and prices
are made up, three fields of each item are its own (EAN, price, description). Each call is made `TIMES` times
after a first one; the medians of its CPU time and of its time are shown, as other work on the machine makes
the latter longer. Memory is the process's.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import httpx
import numpy as np
from fastapi import FastAPI
from fastapi.testclient import TestClient

from common.wire import unit
from services.adapters.sqlite_items import SqliteItems
from services.adapters.sqlite_search import SqliteSearch
from services.api import edits, item_batches, item_facets, items, rights
from services.bootstrap.picture_urls import picture_urls
from services.bootstrap.settings import ApiSettings
from services.core.catalogue.batches import BatchEditor
from services.core.catalogue.finder import ItemFinder
from services.core.catalogue.kept_items import FiledItems
from services.core.catalogue.undo import Undo
from services.core.domain import Item
from services.core.errors import LoadingError

DIM, VIEWS, POINTS_BYTES, MODEL, TIMES = 512, 3, 11_000, "0123456789ab", 9
ADJECTIVES = ("blue", "red", "green", "white", "small", "large", "antique", "handmade", "glazed", "wooden")
NOUNS = (
    "mug",
    "bowl",
    "teapot",
    "plate",
    "vase",
    "lamp",
    "chair",
    "spoon",
    "kettle",
    "basket",
    "머그컵",
    "急須",
)
KINDS = ("kitchen", "table", "garden", "office", "bath")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    count = parser.parse_args().items
    with tempfile.TemporaryDirectory() as folder, closing(_store(Path(folder))) as store:
        filled_s = _fill(store, count)
        search = SqliteSearch(Path(folder) / "items-search.sqlite")
        finder = ItemFinder(store, search, shown=lambda: {f"item-{n:06}": n % 40 for n in range(0, count, 3)})
        began = time.perf_counter()
        finder.catch_up()
        read_s = time.perf_counter() - began
        size = sum(each.stat().st_size for each in Path(folder).glob("items-search*"))
        print(
            f"{count:,} items, written in {filled_s:.1f} s; "
            f"their words read in {read_s:.1f} s, a file of {size / 1e6:.1f} MB"
        )
        with TestClient(_app(store, finder, Path(folder)), base_url="http://127.0.0.1:8080") as client:
            _table(client, count, finder)
        search.close()


def _table(client: httpx.Client, count: int, finder: ItemFinder) -> None:
    before = _memory_mb()
    last = {"sort": "title", "limit": 100, "cursor": _last_cursor(client, count)}
    calls: dict[str, dict[str, Any]] = {
        "first page, by id": {"limit": 100},
        "first page, newest": {"limit": 100, "sort": "newest"},
        "last page, by title": last,
        "by price": {"limit": 100, "sort": "-price"},
        "most shown": {"limit": 100, "sort": "shown"},
        "two words": {"limit": 100, "q": "teapot blue"},
        "part of a word": {"limit": 100, "q": "eapo"},
        "two letters": {"limit": 100, "q": "急須"},
        "typo": {"limit": 100, "q": "blue teapit"},
        "two typos": {"limit": 100, "q": "antiqe baskte"},
        "nothing": {"limit": 100, "q": "xylophone quartz"},
        "facet": {"limit": 100, "facet": ["colour:blue", "kind:garden"]},
        "words, facet, order": {"limit": 100, "q": "mug", "facet": "colour:blue", "sort": "price"},
    }
    print("\n| call | CPU time | time |\n|---|---|---|")
    for name, params in calls.items():
        _row(name, partial(client.get, "/items", params=params))
    for name, params in (("facets of all", {}), ("facets of a search", {"q": "mug", "facet": "colour:blue"})):
        _row(name, partial(client.get, "/items/facets", params=params))
    ids = [f"item-{n:06}" for n in range(0, count, max(1, count // 500))][:500]
    number = iter(range(1000))
    edited = _row(
        "edit of 500",
        lambda: client.post("/items/batch", json={"ids": ids, "set": {"shelf": f"s{next(number)}"}}),
    )
    client.get("/items", params={"sort": "newest"})
    client.post("/items/batch", json={"ids": ids, "set": {"shelf": "last"}})
    _row("a search just after it", lambda: client.get("/items", params={"q": "teapot blue"}), times=1)
    _row("undo of 500", lambda: _undo(client, edited), times=1)
    deleted = _row(
        "delete of 500", lambda: client.post("/items/batch", json={"ids": ids, "delete": True}), times=1
    )
    _row("undo of 500 deleted", lambda: _undo(client, deleted), times=1)
    _settle(finder)
    everything = {"matching": {}, "set": {"shelf": "all"}}
    edited = _row(f"edit of {count:,}", lambda: client.post("/items/batch", json=everything), times=1)
    _settle(finder)
    deleted = _row(
        f"delete of {count:,}",
        lambda: client.post("/items/batch", json={"matching": {}, "delete": True}),
        times=1,
    )
    _settle(finder)
    _row(f"undo of {count:,} deleted", lambda: _undo(client, deleted), times=1)
    _settle(finder)
    _row("CSV of all", lambda: client.get("/items/export"), times=1)
    print(f"\nmemory {before} MB before the calls, {_memory_mb()} MB after them, {_peak_mb()} MB at most")


def _row(name: str, call: Callable[[], httpx.Response], *, times: int = TIMES) -> httpx.Response:
    taken_s, cpu_s = [], []
    if times > 1:
        call()
    for _ in range(times):
        began_s = time.perf_counter(), time.process_time()
        answer = call()
        taken_s.append(time.perf_counter() - began_s[0])
        cpu_s.append(time.process_time() - began_s[1])
        assert answer.status_code == 200, answer.text
    cpu_ms, taken_ms = (1000 * statistics.median(each) for each in (cpu_s, taken_s))
    print(f"| {name} | {cpu_ms:,.0f} ms | {taken_ms:,.0f} ms |", flush=True)
    return answer


def _settle(finder: ItemFinder) -> None:
    """Let the words of all changes be read, as the api does each second."""
    while True:
        with contextlib.suppress(LoadingError):
            return finder.catch_up()


def _undo(client: httpx.Client, changed: httpx.Response) -> httpx.Response:
    return client.post("/items/undo", json={"undo": changed.json()["undo"]})


def _last_cursor(client: httpx.Client, count: int) -> str:
    cursor = ""
    for _ in range(count // 1000 - 1):
        cursor = client.get("/items", params={"sort": "title", "limit": 1000, "cursor": cursor}).json()[
            "next"
        ]
    return str(client.get("/items", params={"sort": "title", "limit": 900, "cursor": cursor}).json()["next"])


def _app(store: SqliteItems, finder: ItemFinder, folder: Path) -> FastAPI:
    """The routes of the catalogue; what they do not use is a mock."""
    undo, parts, app = Undo(), MagicMock(), FastAPI()
    catalogue = MagicMock(store=store)
    parts.catalogue, parts.finder, parts.state.undo = catalogue, finder, undo
    parts.picture_url = picture_urls("http://127.0.0.1:8080")
    parts.batches = BatchEditor(catalogue, undo, file=lambda: FiledItems(folder))
    rights.install(app, ApiSettings())
    for router in (
        item_facets.build_router(parts),
        items.build_router(parts),
        edits.build_router(parts, ApiSettings()),
        item_batches.build_router(parts),
    ):
        app.include_router(router)
    return app


def _store(folder: Path) -> SqliteItems:
    return SqliteItems(folder / "items.sqlite", writable=True)


def _fill(store: SqliteItems, count: int) -> float:
    made, began = list[Item](), time.perf_counter()
    for item in made_up_items(count):
        made.append(item)
        if len(made) == 64:
            store.put_many(made)
            made = []
    store.put_many(made)
    return time.perf_counter() - began


def made_up_items(count: int) -> Iterator[Item]:
    """Items with words, fields, vectors and local features of the usual sizes."""
    dice, bits = random.Random(1), np.random.default_rng(1)
    for n in range(count):
        title = f"{dice.choice(ADJECTIVES)} {dice.choice(ADJECTIVES)} {dice.choice(NOUNS)} no. {n}"
        fields = {
            "colour": dice.choice(ADJECTIVES),
            "kind": dice.choice(KINDS),
            "maker": f"Maker {dice.randrange(300)}",
            "price": f"EUR {dice.randrange(1, 500)},{dice.randrange(100):02}",
            "ean": str(dice.randrange(10**12, 10**13)),
            "description": " ".join(dice.choices(ADJECTIVES, k=20)),
        }
        vectors = unit(bits.standard_normal((VIEWS, DIM), np.float32))
        points = (bits.bytes(POINTS_BYTES),)
        yield Item(f"item-{n:06}", title, f"{n:064x}.jpg", MODEL, vectors, None, fields, points=points)


def _memory_mb() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
