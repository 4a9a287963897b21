"""A search that is killed while it keeps its index, builds a base or loads: the next one equals the store."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from services.adapters.sized_index import SizedIndex
from services.adapters.sqlite_items import SqliteItems
from services.core.domain import Item
from services.core.search.space_fit import SHARPENING_FROM
from services.core.search.view import View
from tests.core.search.spaces import item
from tests.pace import limit_s
from tests.search.kept_search import follow, follower, keep, settled
from tests.system.stack import ROOT

ITEMS = 400
WORKS = ("save", "fold", "load")
# Longest time from the beginning of the work to the kill.
KILL_WITHIN_S = {"save": 0.15, "fold": 0.6, "load": 0.15}


class KilledSearch:
    """An item store that is written to all the time, and searches of it that are killed."""

    def __init__(self, folder: Path) -> None:
        self._path, self._snapshots = folder / "items.sqlite", folder / "index"
        self._store = SqliteItems(self._path, writable=True)
        self._chance = random.Random(7)
        self._store.put_many([item(n, taught=2 * (n < SHARPENING_FROM)) for n in range(ITEMS)])
        following = follower(self._store, self._snapshots)
        follow(following)
        settled(following)
        keep(following, self._snapshots)

    def kill_while(self, work: str) -> None:
        """Kill a search at any moment of its work."""
        command = [sys.executable, "-m", "tests.search.kept_search"]
        process = subprocess.Popen(
            [*command, str(self._path), str(self._snapshots), work], cwd=ROOT, stdout=subprocess.PIPE
        )
        with process:
            assert process.stdout is not None
            assert process.stdout.readline().decode().strip() == work
            kill_s = time.monotonic() + self._chance.uniform(0, KILL_WITHIN_S[work])
            while time.monotonic() < kill_s:
                # Enough at once for the index to be folded.
                self._change(ITEMS if work == "fold" else 3)
            process.kill()

    def _change(self, count: int) -> None:
        numbers = self._chance.sample(range(ITEMS), count)
        title, seed = f"Change {self._store.head()}", self._chance.randrange(10_000)
        self._store.put_many([replace(_seen_otherwise(n, seed), title=title) for n in numbers])
        self._store.delete(_id(numbers[0]))

    def check(self) -> None:
        """Check that the next search equals the store, soon after it begins."""
        following = follower(self._store, self._snapshots)
        began_s = time.monotonic()
        follow(following)
        assert time.monotonic() - began_s < limit_s(2.0)
        assert following.cursor == self._store.head()
        assert following.view is not None
        items = self._store.page(limit=2 * ITEMS)
        assert isinstance(following.view.index, SizedIndex)
        # What was kept is an index of means with a few changes beside, not only an exact one.
        assert following.view.index.state().kind == "means"
        equals(following.view, following.view.index, items)
        if following.resumed is not None:
            assert following.resumed.check(lambda: None) == ""
        equals(following.view, settled(following), items)
        keep(following, self._snapshots)

    def close(self) -> None:
        self._store.close()


def _id(number: int) -> str:
    return item(number).id


def _seen_otherwise(number: int, seed: int) -> Item:
    """An item with other vectors than it had."""
    return replace(item(number), vectors=item(1000 + ITEMS * seed + number).vectors)


def equals(view: View, index: SizedIndex, items: list[Item]) -> None:
    """Check that a search has in its index exactly what these items are."""
    assert dict(view.facts) == {each.id: each.facts for each in items}
    assert len(view.index) == len(items)
    placed = view.space.placed_all(items)
    for each, (_, standing) in zip(items, placed, strict=True):
        found = view.standings[each.id]
        assert standing is not None
        assert (found.gain, found.offset) == pytest.approx((standing.gain, standing.offset), abs=1e-4)
    held = index.frozen().held()
    rows = np.concatenate([np.asarray(block, np.float32) for block in held.blocks()])
    kept = dict(zip(held.item_ids, np.split(rows, np.cumsum(held.counts)[:-1]), strict=True))
    assert kept.keys() == view.facts.keys()
    for each, (expected, _) in zip(items, placed, strict=True):
        np.testing.assert_allclose(kept[each.id], expected, atol=2e-3)
    near = index.search(np.array([own[0] for own in kept.values()]), k=1)
    assert [found.item_id for (found,) in near] == list(kept)


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[KilledSearch]:
    with closing(KilledSearch(tmp_path)) as made:
        yield made


def test_a_search_that_is_killed_at_any_moment_leaves_an_index_that_equals_the_store(
    killed: KilledSearch,
) -> None:
    for work in WORKS * 2:
        killed.kill_while(work)
        killed.check()


@pytest.mark.soak
@pytest.mark.parametrize("work", WORKS)
def test_a_hundred_kills(killed: KilledSearch, work: str) -> None:
    for _ in range(100):
        killed.kill_while(work)
        killed.check()
