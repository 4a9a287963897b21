"""The store of snapshots: its contract on the fake and on files, and what can happen to files."""

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from services.adapters.faiss_index import FaissFiles, FaissIndex
from services.adapters.index_snapshots import IndexSnapshots
from services.core.domain import IndexChange
from services.core.errors import NoSpaceError, UnavailableError
from services.core.ports import KnnIndex
from services.core.search.follow import Follower
from services.core.search.snapshot import KeptIndex, Snapshot, SnapshotBusyError, SnapshotStore
from services.core.search.space_fit import SHARPENING_FROM
from tests.core.search.spaces import camera_views, item, shipped
from tests.fake_snapshots import FakeSnapshots
from tests.fakes import FakeIndex, FakeItems
from tests.full_disk import full
from tests.search.kept_search import settled, sized
from tests.search.kept_search import snapshots as means_snapshots
from tests.servers import until

ITEMS = [item(number, taught=3 if number < SHARPENING_FROM else 0) for number in range(30)]


class MadeSnapshots:
    """Snapshots of one catalogue as it grows."""

    def __init__(self, make_index: Callable[[int], KnnIndex]) -> None:
        self.items = FakeItems(ITEMS)
        self.following = Follower(
            self.items, make_index=lambda _model, dim: make_index(dim), space_of=lambda _model: shipped()
        )

    def next(self) -> tuple[Snapshot, KeptIndex]:
        while self.following.follow():
            pass
        found = self.following.snapshot()
        assert found is not None
        return found

    def grown(self, number: int) -> tuple[Snapshot, KeptIndex]:
        self.items.put(item(number))
        return self.next()


def breathe() -> None:
    """Nothing to wait for."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "index"


@pytest.fixture(params=["fake", "files", "mapped files"])
def snapshots(request: pytest.FixtureRequest, folder: Path) -> SnapshotStore:
    if request.param == "fake":
        return FakeSnapshots()
    return on_files(folder, small=request.param == "files")


@pytest.fixture
def made(snapshots: SnapshotStore) -> MadeSnapshots:
    if isinstance(snapshots, FakeSnapshots):
        return MadeSnapshots(lambda dim: FakeIndex(dim=dim))
    return MadeSnapshots(lambda dim: FaissIndex(dim=dim))


def on_files(folder: Path, *, small: bool = True) -> IndexSnapshots:
    return IndexSnapshots(folder, FaissFiles(), small_bytes=2**20 if small else 0)


def faiss_made() -> MadeSnapshots:
    return MadeSnapshots(lambda dim: FaissIndex(dim=dim))


def is_same(found: Snapshot, kept: Snapshot) -> None:
    """Check that a snapshot is the one that was kept."""
    for name in ("store", "made_by", "model", "dim", "cursor", "history", "leaning", "other_recipe"):
        assert getattr(found, name) == getattr(kept, name), name
    assert (dict(found.facts), dict(found.standings)) == (dict(kept.facts), dict(kept.standings))
    assert (found.damaged, found.hubs) == (kept.damaged, kept.hubs)
    assert found.space.metric is not None
    for name in ("catalogue_mean", "taught_mean", "metric"):
        np.testing.assert_array_equal(getattr(found.space, name), getattr(kept.space, name))
    assert found.space.scale == kept.space.scale
    np.testing.assert_array_equal(found.statistics.total, kept.statistics.total)
    assert found.statistics.taught.keys() == kept.statistics.taught.keys()
    for item_id, taught in kept.statistics.taught.items():
        np.testing.assert_array_equal(found.statistics.taught[item_id].taught, taught.taught)
        np.testing.assert_array_equal(found.statistics.taught[item_id].catalogue, taught.catalogue)


def test_there_is_none_at_first(snapshots: SnapshotStore) -> None:
    assert snapshots.load() is None
    assert snapshots.cursor("x") is None
    snapshots.drop("x")


def test_a_snapshot_comes_back_as_it_was_kept(snapshots: SnapshotStore, made: MadeSnapshots) -> None:
    made.items.feedback(1, shown="thing-003", really=None)
    kept, index = made.next()
    name = snapshots.save(kept, index, breathe=breathe)
    found = snapshots.load()
    assert found is not None
    assert (found.name, found.check(breathe)) == (name, "")
    is_same(found.snapshot, kept)
    assert (len(found.index), found.index.cursor) == (30, kept.cursor)
    queries = np.concatenate([camera_views(number) for number in range(30)])
    assert made.following.view is not None
    expected = made.following.view.index.search(queries, k=7)
    for near, wanted in zip(found.index.search(queries, k=7), expected, strict=True):
        assert [(each.item_id, each.row) for each in near] == [(each.item_id, each.row) for each in wanted]


def test_the_newest_is_the_one_that_counts(snapshots: SnapshotStore, made: MadeSnapshots) -> None:
    first = made.next()
    snapshots.save(*first, breathe=breathe)
    second = made.grown(50)
    name = snapshots.save(*second, breathe=breathe)
    found = snapshots.load()
    assert found is not None
    assert (found.name, found.snapshot.cursor) == (name, 31)
    assert snapshots.cursor(second[0].store) == 31
    assert snapshots.cursor("another store") is None
    snapshots.drop(name)
    assert snapshots.load() is None


def test_one_that_is_not_finished_leaves_the_last_one(snapshots: SnapshotStore, made: MadeSnapshots) -> None:
    snapshots.save(*made.next(), breathe=breathe)
    steps = iter(range(5))
    with pytest.raises(StopIteration):
        snapshots.save(*made.grown(50), breathe=lambda: next(steps))
    found = snapshots.load()
    assert found is not None
    assert found.snapshot.cursor == 30


def test_ids_may_hold_anything_that_a_store_gives(snapshots: SnapshotStore, made: MadeSnapshots) -> None:
    strange = ['a\nb", "c', "größe 日 😀", "[", " "]
    for number, item_id in enumerate(strange):
        made.items.put(replace(item(100 + number), id=item_id))
    kept, index = made.next()
    snapshots.save(kept, index, breathe=breathe)
    found = snapshots.load()
    assert found is not None
    is_same(found.snapshot, kept)
    assert len(found.index) == 30 + len(strange)


def test_a_change_of_an_item_that_was_loaded_counts_for_all_its_rows(
    snapshots: SnapshotStore, made: MadeSnapshots
) -> None:
    kept, index = made.next()
    snapshots.save(kept, index, breathe=breathe)
    found = snapshots.load()
    assert found is not None
    found.index.apply([IndexChange("thing-003", None), IndexChange("new", camera_views(1))], cursor=31)
    (near,) = found.index.search(camera_views(3), k=40)
    ids = [each.item_id for each in near]
    assert len(found.index) == len(set(ids)) == len(ids) == 30
    assert "thing-003" not in ids
    assert "new" in ids


# What can happen to files alone.


def files_of(folder: Path) -> list[Path]:
    (kept,) = (each for each in folder.iterdir() if each.name[0].isdigit())
    return sorted(path for path in kept.rglob("*") if path.is_file())


OWN = {
    "facts.ends",
    "facts.jsonl",
    "ids.json",
    "manifest.json",
    "numbers.npz",
    "standings.f64",
    "state.json",
}
EXACT = {f"index/{name}" for name in ("counts.i64", "ids.json", "rows.f32", "rows.i64")}
MEANS = {
    f"index/{name}"
    for name in ("base.json", "gone.npy", "ids.json", "items.json", "means.faiss", "numbers.npz", "rows.f16")
}
# What is read piece by piece as it is needed.
LATER = {"facts.jsonl", "index/rows.f32", "index/rows.f16"}
# Enough for a middle between the ends of the large files.
MANY = [item(number) for number in range(300)]


class Kept:
    """A snapshot in a folder, of one kind of index, all of whose files are as large as can be."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder = folder
        self.made = MadeSnapshots(
            lambda dim: sized(dim, FaissIndex(dim=dim)) if kind == "means" else FaissIndex(dim=dim)
        )
        self.made.items.put_many(MANY)
        self.store = means_snapshots(folder) if kind == "means" else on_files(folder, small=False)
        self.next = self.made.next()
        if kind == "means":
            assert settled(self.made.following).state().kind == "means"
            self.next = self.made.next()

    def _index(self, kind: str, dim: int) -> KnnIndex:
        exact = FaissIndex(dim=dim)
        return sized(dim, exact) if kind == "means" else exact

    def files(self) -> dict[str, Path]:
        """The files of another snapshot of the same items, by their names."""
        name = self.store.save(*self.next, breathe=breathe)
        found = {str(path.relative_to(self.folder / name)): path for path in files_of(self.folder)}
        return {name: path for name, path in found.items() if path.stat().st_size}


@pytest.fixture(params=["exact", "means"])
def kept_files(request: pytest.FixtureRequest, folder: Path) -> Kept:
    return Kept(folder, request.param)


def damaged(content: bytes, damage: str) -> bytes | None:
    """A file's content with something wrong, None for no file at all."""
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 1
    other = bytes(255 - byte for byte in content)
    return {
        "gone": None,
        "torn": content[:-1],
        "longer": content + b"x",
        "flipped": bytes(flipped),
        "foreign": other,
    }[damage]


@pytest.mark.parametrize("damage", ["gone", "torn", "longer", "flipped", "foreign"])
def test_a_damaged_file_is_told_of_in_one_line_and_nothing_is_loaded(
    kept_files: Kept, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    names = set(kept_files.files())
    assert names in (OWN | EXACT, OWN | MEANS)
    for name in sorted(names):
        path = kept_files.files()[name]
        content = damaged(path.read_bytes(), damage)
        path.unlink()
        if content is not None:
            path.write_bytes(content)
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            found = kept_files.store.load()
        if damage == "flipped" and name in LATER:
            # In the middle of a file that is only mapped: found by the check.
            assert found is not None
            assert found.check(breathe) == f"{name} is damaged"
            continue
        assert found is None, name
        (told,) = (record.getMessage() for record in caplog.records)
        assert Path(name).name in told
        assert told.endswith("; it is left out")
        assert [each.name for each in kept_files.folder.iterdir()] == ["lock"]


def test_damaged_facts_are_not_shown_while_their_file_is_checked(folder: Path) -> None:
    kept = Kept(folder, "exact")
    path = kept.files()["facts.jsonl"]
    lines = path.read_bytes().splitlines(keepends=True)
    middle = len(lines) // 2
    lines[middle] = b"x" + lines[middle][1:]
    path.write_bytes(b"".join(lines))
    found = kept.store.load()
    assert found is not None
    item_id = list(found.snapshot.facts)[middle]
    with pytest.raises(UnavailableError, match=f"the snapshot's facts of item '{item_id}' are damaged"):
        found.snapshot.facts.get(item_id)


def test_a_snapshot_of_another_form_is_left_out(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    on_files(folder).save(*faiss_made().next(), breathe=breathe)
    other = IndexSnapshots(folder, FaissFiles(kind="means 7"))
    with caplog.at_level(logging.WARNING):
        assert other.load() is None
    assert "with an index 'exact 1'; expected 2 with 'means 7'" in caplog.text


def test_a_full_disk_is_told_in_words_and_leaves_the_last_one(folder: Path) -> None:
    made, store = faiss_made(), on_files(folder)
    store.save(*made.next(), breathe=breathe)
    with full(0), pytest.raises(NoSpaceError, match=r"snapshots in .*: File too large; make room"):
        store.save(*made.grown(50), breathe=breathe)
    assert sum(each.is_dir() for each in folder.iterdir()) == 1
    found = store.load()
    assert found is not None
    assert found.snapshot.cursor == 30


def test_a_snapshot_takes_no_more_than_half_of_the_room_that_is_left(folder: Path) -> None:
    class Huge:
        file_bytes = 2**60

        def save(self, folder: Path, /, *, breathe: object) -> None:
            raise AssertionError(folder, breathe)

    with pytest.raises(NoSpaceError, match=r"MiB are free, .* MiB are needed"):
        on_files(folder).save(faiss_made().next()[0], Huge(), breathe=breathe)


def test_a_folder_that_takes_no_files_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = on_files(tmp_path / "file" / "index")
    assert store.load() is None
    with pytest.raises(UnavailableError, match=r"snapshots in .*: Not a directory"):
        store.save(*faiss_made().next(), breathe=breathe)


def test_who_searches_a_snapshot_goes_on_when_another_process_replaces_it(folder: Path) -> None:
    made = faiss_made()
    on_files(folder, small=False).save(*made.next(), breathe=breathe)
    found = on_files(folder, small=False).load()
    assert found is not None
    on_files(folder, small=False).save(*made.grown(50), breathe=breathe)
    assert found.snapshot.facts["thing-007"].id == "thing-007"
    (near,) = found.index.search(camera_views(7), k=30)
    assert len(near) == 30
    assert found.check(breathe) == ""


def _hold(folder: Path, is_held: Path) -> None:
    """Write a snapshot that never ends."""

    def wait() -> None:
        is_held.touch()
        signal.pause()

    on_files(folder).save(*faiss_made().next(), breathe=wait)


def test_processes_write_one_after_another_and_a_killed_one_leaves_nothing(
    folder: Path, tmp_path: Path
) -> None:
    other = multiprocessing.get_context("spawn").Process(target=_hold, args=(folder, tmp_path / "held"))
    other.start()
    until((tmp_path / "held").exists, within_s=60)
    store, made = on_files(folder), faiss_made()
    with pytest.raises(SnapshotBusyError):
        store.save(*made.next(), breathe=breathe)
    assert other.pid is not None
    os.kill(other.pid, signal.SIGKILL)
    other.join()
    assert store.load() is None
    store.save(*made.next(), breathe=breathe)
    assert sum(each.is_dir() for each in folder.iterdir()) == 1
    assert store.load() is not None


def test_the_folder_is_its_owners_alone(folder: Path) -> None:
    on_files(folder).save(*faiss_made().next(), breathe=breathe)
    assert folder.stat().st_mode & 0o077 == 0
