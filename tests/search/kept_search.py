"""A search's index that is loaded, folded or kept again and again: `python -m tests.search.kept_search`.

Its arguments are the item store's file, the snapshots' folder, and what it is to do.
"""

from __future__ import annotations

import sys
from pathlib import Path

from services.adapters.faiss_index import FaissFiles, FaissIndex
from services.adapters.index_snapshots import IndexSnapshots
from services.adapters.mean_index import MAPPED, Base
from services.adapters.sized_index import ExactIndex, PlacedBase, SizedFiles, SizedIndex
from services.adapters.sqlite_items import SqliteItems
from services.core.ports import ItemStore
from services.core.search.follow import Follower
from tests.core.search.spaces import shipped


def follower(store: ItemStore, folder: Path) -> Follower:
    """One that goes on from the newest snapshot in a folder, whose files are all mapped."""
    return Follower(
        store,
        make_index=lambda _model, dim: sized(dim, FaissIndex(dim=dim)),
        space_of=lambda _model: shipped(),
        snapshots=snapshots(folder),
    )


def snapshots(folder: Path) -> IndexSnapshots:
    """The snapshots in a folder."""
    files = SizedFiles(
        load_exact=FaissFiles().load, load_base=Base.load, make=sized, mapped=FaissFiles().mapped | MAPPED
    )
    return IndexSnapshots(folder, files, small_bytes=0)


def sized(dim: int, delta: ExactIndex, base: PlacedBase | None = None) -> SizedIndex:
    """An index that has a base of few items, and soon another one."""
    return SizedIndex(
        delta=delta,
        build=lambda held, _: Base.build(held, dim=dim, is_timed=False),
        base=base,
        build_from=300,
        least_delta=100,
    )


def settled(following: Follower) -> SizedIndex:
    """The index of a follower, once no base is under way."""
    index = following.view and following.view.index
    assert isinstance(index, SizedIndex)
    assert index.settled(60)
    return index


def follow(following: Follower) -> None:
    """Read all that is new."""
    while following.follow():
        pass


def keep(following: Follower, folder: Path) -> None:
    """Write a snapshot."""
    if (found := following.snapshot()) is not None:
        snapshots(folder).save(*found, breathe=lambda: None)


def main() -> None:
    """Do it until the process is killed; says the word of what begins."""
    path, folder, work = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    store = SqliteItems(path, writable=False)
    following = follower(store, folder)
    if work != "load":
        follow(following)
        settled(following)
    print(work, flush=True)
    while True:
        if work == "load":
            following = follower(store, folder)
        follow(following)  # which begins another base, as many items change
        if work == "save":
            keep(following, folder)
        if work == "load" and following.resumed is not None:
            assert following.resumed.check(lambda: None) == ""


if __name__ == "__main__":
    main()
