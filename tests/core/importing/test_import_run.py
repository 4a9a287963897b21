"""An import from an archive and from other jobs: kept, refused, repeated and untouched items."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from services.core.catalogue.cut_outs import GivenPicture
from services.core.catalogue.items import Catalogue, Draft, seen_by
from services.core.catalogue.paging import all_items
from services.core.catalogue.views import RECIPE
from services.core.errors import UnavailableError
from services.core.importing.archive import Archive, write_archive
from services.core.importing.archive_jobs import archive_jobs
from services.core.importing.import_rows import BadRow
from services.core.importing.import_run import ImportCounts, ImportRun
from services.core.importing.item_maker import Job
from services.core.importing.journal import Journal
from services.core.importing.store_writer import StoreWriter
from tests.core.catalogue.catalogues import decode, shots
from tests.core.importing.test_item_maker import Idle, job, maker
from tests.fake_stores import FakeImportWriter
from tests.fakes import MODEL, OTHER_MODEL, FakeDescriber, FakeFeaturizer, FakeItems, FakePictures
from tests.servers import until


def catalogue(*, model: str = MODEL, items: int = 20) -> Catalogue:
    """Some items, of which the first has a second picture."""
    made = Catalogue(FakeItems(), FakePictures(), FakeFeaturizer(model), decode, shots, FakeDescriber())
    for number in range(items):
        made.add(
            Draft(f"Thing {number}", id=f"t{number:02}", metadata={"n": str(number)}), bytes([number, 50, 9])
        )
    if items:
        (first,) = made.store.get_many(["t00"])
        assert first is not None
        looks = [made.look_again(first.picture), made.look(GivenPicture(b"\xff\x00\x01"))]
        made.store.put(seen_by(first, looks, model=model))
    return made


def archive(of: Catalogue) -> bytes:
    return b"".join(write_archive(all_items(of.store), of.pictures.open, model=of.store.model()))


def archive_of(store: FakeItems, source: Catalogue) -> bytes:
    """An archive of another store's items, with the source's pictures."""
    return b"".join(write_archive(all_items(store), source.pictures.open, model=store.model()))


def taken(
    content: bytes, into: FakeItems, *, pictures: FakePictures | None = None, model: bool = False
) -> tuple[ImportCounts, list[BadRow]]:
    """Import an archive; returns the counts, and the refused rows."""
    making = maker() if model else maker(featurizer=Idle())
    refused: list[BadRow] = []
    run = ImportRun(making, StoreWriter(pictures or FakePictures(), into), on_refused=refused.append)
    return run.run(archive_jobs(Archive(io.BytesIO(content)))), refused


def test_the_items_are_what_they_were_and_no_model_has_run() -> None:
    source, store, pictures = catalogue(), FakeItems(), FakePictures()
    done, refused = taken(archive(source), store, pictures=pictures)
    assert (done, refused) == (ImportCounts(kept=20, change=store.head()), [])
    for before, after in zip(source.store.page(), store.page(), strict=True):
        np.testing.assert_allclose(before.vectors, after.vectors, atol=1e-3)
        bare = [replace(item, vectors=before.vectors) for item in (before, after)]
        assert bare[0] == bare[1]
        assert [pictures.get(key) for key in after.pictures] == [
            source.pictures.get(key) for key in before.pictures
        ]
    assert store.model() == MODEL


def test_an_archive_of_what_an_archive_made_is_the_same_to_the_byte() -> None:
    store, pictures = FakeItems(), FakePictures()
    first = archive(catalogue())
    taken(first, store, pictures=pictures)
    assert b"".join(write_archive(all_items(store), pictures.open, model=store.model())) == first


def test_items_of_another_model_or_recipe_are_made_again_and_counted() -> None:
    source, store = catalogue(model=OTHER_MODEL, items=3), FakeItems()
    done, _ = taken(archive(source), store, model=True)
    assert (done.kept, done.made_again, store.model()) == (3, 3, MODEL)
    for item in store.page():
        store.put(replace(item, recipe=RECIPE + (item.id == "t01")))
    again, _ = taken(archive_of(store, source), FakeItems(), model=True)
    assert (again.kept, again.made_again) == (3, 1)
    assert [len(item.vectors) for item in store.page()] == [4, 2, 2]


def test_an_item_that_can_not_be_taken_is_told_by_its_number_and_the_rest_is() -> None:
    source = catalogue(items=3)
    source.store.put(replace(source.store.page()[1], picture=f"{7:064x}.png"))
    store = FakeItems()
    done, refused = taken(archive(source), store)
    assert (done.kept, done.refused, [item.id for item in store.page()]) == (2, 1, ["t00", "t02"])
    assert refused == [BadRow("2", f"the picture {7:064x}.png of item 't01' is not in the archive")]


def test_a_store_that_is_down_is_told() -> None:
    store = FakeItems()
    store.down = {"put_many"}
    with pytest.raises(UnavailableError):
        taken(archive(catalogue()), store)


def numbered(count: int, *, bad: int = 0) -> Iterator[Job | BadRow]:
    """Jobs with a picture each, and rows that are bad from the start."""
    for number in range(count):
        yield job(f"t{number:02}", bytes([number, 50, 9]))
    for number in range(bad):
        yield BadRow(f"line {number}", "no picture")


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "imports" / "one.journal"


def test_each_item_is_counted_once_and_each_step_is_told() -> None:
    writer, steps, refused = FakeImportWriter(), list[ImportCounts](), list[BadRow]()
    writer.refuses = {"t01": "not today"}
    broken = job("broken", b"no picture")
    run = ImportRun(maker(), writer, on_step=steps.append, on_refused=refused.append)
    assert run.run([*numbered(20, bad=1), broken]) == run.counts == steps[-1]
    assert run.counts == ImportCounts(kept=19, refused=3, change=19)
    assert sorted((row.where, row.reason) for row in refused) == [
        ("line 0", "no picture"),
        ("line of broken", "not a picture that can be read"),
        ("line of t01", "not today"),
    ]
    done = [step.kept + step.refused + step.before for step in steps]
    assert done == sorted(done)
    assert done[-1] == 22


def test_an_import_goes_on_where_one_of_the_same_journal_failed(journal: Path) -> None:
    writer = FakeImportWriter()

    def failing() -> Iterator[Job | BadRow]:
        yield from numbered(20)
        until(lambda: len(writer.writes) > 0, within_s=60)  # a chunk is full with 16
        writer.down = True
        yield from list(numbered(40))[20:]

    with Journal(journal) as remembered, pytest.raises(UnavailableError, match="the writer is down"):
        ImportRun(maker(), writer, journal=remembered).run(failing())
    kept = {item.id for item in writer.items.page()}
    assert 0 < len(kept) < 40

    writer.down, writer.writes = False, []
    with Journal(journal) as remembered:
        counts = ImportRun(maker(), writer, journal=remembered).run(numbered(40))
    assert (counts.kept, counts.before) == (40 - len(kept), len(kept))
    assert kept.isdisjoint(item_id for write in writer.writes for item_id in write)
    assert not journal.exists()


def test_an_interrupted_import_keeps_what_it_has_made_and_its_journal(journal: Path) -> None:
    writer = FakeImportWriter()

    def interrupted() -> Iterator[Job | BadRow]:
        yield from numbered(30)
        raise KeyboardInterrupt

    with Journal(journal) as remembered:
        run = ImportRun(maker(), writer, journal=remembered)
        with pytest.raises(KeyboardInterrupt):
            run.run(interrupted())
    kept = [item.id for item in writer.items.page()]
    assert run.counts.kept == len(kept) == run.counts.change
    assert len(kept) >= 20  # a few are still being made
    with Journal(journal) as remembered:
        assert ImportRun(maker(), writer, journal=remembered).run(numbered(30)).before == len(kept)


def test_what_was_refused_is_tried_again_and_what_was_kept_is_not(journal: Path) -> None:
    writer = FakeImportWriter()
    writer.refuses = {"t03": "not today"}

    def interrupted() -> Iterator[Job | BadRow]:
        yield from numbered(10)
        raise KeyboardInterrupt

    with Journal(journal) as remembered:
        run = ImportRun(maker(), writer, journal=remembered)
        with pytest.raises(KeyboardInterrupt):
            run.run(interrupted())
    writer.refuses, writer.writes = {}, []
    with Journal(journal) as remembered:
        ImportRun(maker(), writer, journal=remembered).run(numbered(10))
    assert "t03" in [item_id for write in writer.writes for item_id in write]
    assert len(writer.items.page()) == 10


def test_an_import_of_nothing_writes_nothing() -> None:
    writer = FakeImportWriter()
    assert ImportRun(maker(), writer).run([]) == ImportCounts()
    assert writer.writes == []
