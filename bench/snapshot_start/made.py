"""A data folder with an item store of many items, a snapshot of them, and changes behind it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.index.made_catalogue import DIM, made_catalogue
from models.variants import LEVELS
from services.adapters.faiss_index import FaissIndex
from services.adapters.mean_index import Base
from services.adapters.sized_index import PlacedBase, SizedIndex
from services.adapters.sqlite_items import SqliteItems
from services.bootstrap.follower import make_sized, open_snapshots, shipped
from services.bootstrap.settings import SearchSettings
from services.core.catalogue.views import RECIPE
from services.core.domain import Item, ItemFacts
from services.core.search.held_rows import Block, HeldRows
from services.core.search.hubs import Hubs
from services.core.search.recognition import history
from services.core.search.snapshot import Snapshot, made_by
from services.core.search.space import Standing
from services.core.search.space_fit import SpaceStatistics

MODEL = LEVELS["balanced"].fingerprint
# Items at once.
_PAGE = 5000


def make(folder: Path, items: int, views: int, changes: int) -> None:
    """Make item store and snapshot, and change some items afterwards."""
    settings = SearchSettings(data_dir=folder)
    catalogue = made_catalogue(items, views=views, queries=1)
    with closing(SqliteItems(folder / "items.sqlite", writable=True)) as store:
        for first in range(0, items, _PAGE):
            store.put_many([_item(n, catalogue.rows[n]) for n in range(first, min(first + _PAGE, items))])
        _keep(settings, store, catalogue.rows)
        changed = np.random.default_rng(items).permutation(items)[:changes].tolist()
        for first in range(0, changes, _PAGE):
            old = [_item(n, catalogue.rows[n - 1]) for n in changed[first : first + _PAGE]]
            store.put_many([replace(each, title=f"{each.title}, again") for each in old])


def _keep(settings: SearchSettings, store: SqliteItems, rows: NDArray[np.float16]) -> None:
    """Write a snapshot of all items, with an index as a search of this size has it."""
    snapshots, space = open_snapshots(settings), shipped(MODEL)
    assert snapshots is not None
    cursor, identity = store.head(), store.identity()
    assert identity is not None
    statistics = SpaceStatistics(space, DIM)
    statistics.add(_item(n, rows[n]) for n in range(min(len(rows), _PAGE)))
    dice = np.random.default_rng(1)
    standings = {_id(n): Standing(1.0, float(offset)) for n, offset in enumerate(dice.normal(size=len(rows)))}
    snapshot = Snapshot(
        store=identity,
        made_by=made_by(space),
        model=MODEL,
        dim=DIM,
        cursor=cursor,
        history=history(store, cursor),
        facts=_facts(len(rows)),
        standings=standings,
        leaning={},
        other_recipe=frozenset(),
        damaged={},
        hubs=Hubs(),
        space=statistics.fit(),
        statistics=statistics.kept(),
    )
    snapshots.save(snapshot, _index(rows, settings.index_folder).frozen(), breathe=lambda: None)


def _index(rows: NDArray[np.float16], folder: Path) -> SizedIndex:
    count, views = rows.shape[:2]
    ids, counts = [_id(n) for n in range(count)], np.full(count, views)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = HeldRows(ids, counts, np.arange(count) * views, lambda: _blocks(rows))
    base = Base.build(held, dim=DIM, folder=folder, is_timed=False)
    return make_sized(0.99, DIM, FaissIndex(dim=DIM), PlacedBase.of(base))


def _blocks(rows: NDArray[np.float16]) -> Iterator[Block]:
    for first in range(0, len(rows), _PAGE):
        yield rows[first : first + _PAGE].reshape(-1, DIM)


def _facts(count: int) -> Mapping[str, ItemFacts]:
    none = np.zeros((1, DIM), np.float16)
    return {_id(n): _item(n, none).facts for n in range(count)}


def _id(number: int) -> str:
    return f"shelf-{number:08}"


def _item(number: int, rows: NDArray[np.float16]) -> Item:
    """An item with words such as a shop's."""
    return Item(
        id=_id(number),
        title=f"Item number {number} of the range",
        picture=f"{hashlib.sha256(str(number).encode()).hexdigest()}.jpg",
        model=MODEL,
        vectors=rows.astype(np.float32),
        recipe=RECIPE,
        link=f"https://shop.example/items/{number}",
        metadata={"category": f"Kind {number % 40}", "price": f"{number % 90}.00", "colour": "blue"},
    )
