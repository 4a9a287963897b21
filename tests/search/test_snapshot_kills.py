"""A search that is killed while it writes a snapshot, folds its index or loads: the next equals the store."""

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

from services.adapters.sqlite_items import SqliteItems
from services.core.domain import Item
from services.core.search.follow import View
from services.core.search.space_fit import SHARPENING_FROM
from tests.core.search.spaces import camera_views, item
from tests.pace import limit_s
from tests.search.kept_search import follow, follower, keep
from tests.system.stack import ROOT

ITEMS, K = 400, 22
WORKS = ("save", "fold", "load")
# Longest time from the beginning of the work to the kill.
KILL_WITHIN_S = 0.15


class KilledSearch:
    """An item store that is written to all the time, and searches of it that are killed."""

    def __init__(self, folder: Path) -> None:
        self._path, self._snapshots = folder / "items.sqlite", folder / "index"
        self._store = SqliteItems(self._path, writable=True)
        self._chance = random.Random(7)
        self._store.put_many([item(n, taught=2 * (n < SHARPENING_FROM)) for n in range(ITEMS)])
        following = follower(self._store, self._snapshots)
        follow(following)
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
            kill_s = time.monotonic() + self._chance.uniform(0, KILL_WITHIN_S)
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
        equals(following.view, self._store.page(limit=2 * ITEMS))
        if following.resumed is not None:
            assert following.resumed.check(lambda: None) == ""
        keep(following, self._snapshots)

    def close(self) -> None:
        self._store.close()


def _id(number: int) -> str:
    return item(number).id


def _seen_otherwise(number: int, seed: int) -> Item:
    """An item with other vectors than it had."""
    return replace(item(number), vectors=item(1000 + seed + number).vectors)


def equals(view: View, items: list[Item]) -> None:
    """Check that a search finds in its index exactly what these items are."""
    assert dict(view.facts) == {each.id: each.facts for each in items}
    assert len(view.index) == len(items)
    placed = view.space.placed_all(items)
    for each, (_, standing) in zip(items, placed, strict=True):
        found = view.standings[each.id]
        assert standing is not None
        assert (found.gain, found.offset) == pytest.approx((standing.gain, standing.offset), abs=1e-4)
    queries = view.space.queries(np.concatenate([camera_views(number) for number in range(0, ITEMS, 20)]))
    cosines = np.array([(rows @ queries.T).max(axis=0) for rows, _ in placed])
    expected = -np.sort(-cosines, axis=0)[:K].T
    near = view.index.search(queries, k=K)
    found_cosines = [[each.cosine for each in row] for row in near]
    np.testing.assert_allclose(found_cosines, expected, atol=1e-4)


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
